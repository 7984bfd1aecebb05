// Loaded before a program: every way out of the machine that Node has throws, and says so when the process ends.
import dgram from "node:dgram";
import dns from "node:dns";
import net from "node:net";

const calls = [];

function forbid(object, name) {
  object[name] = () => {
    calls.push(name);
    throw new Error(`A network call: ${name}`);
  };
}

for (const name of ["connect", "createConnection"]) forbid(net, name);
forbid(net.Socket.prototype, "connect");
for (const name of Object.keys(dns).filter((key) => /^(lookup|resolve|reverse)/.test(key))) forbid(dns, name);
for (const name of Object.keys(dns.promises).filter((key) => /^(lookup|resolve|reverse)/.test(key))) forbid(dns.promises, name);
forbid(dgram, "createSocket");
forbid(globalThis, "fetch");

process.on("exit", () => console.log(`network calls: ${calls.join(", ") || "none"}`));
