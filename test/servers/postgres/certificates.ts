import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Paths of PEM files, and the text of the certificate. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  readonly text: string;
}

/** An authority that nobody knows. `issue` gives a certificate for a name, as the extension `subjectAltName` says. */
export interface Authority extends Certificate {
  issue(commonName: string, subjectAltName?: string): Certificate;
}

export function newAuthority(folder: string, name: string): Authority {
  const root = {
    certificate: join(folder, `${name}.crt`),
    key: join(folder, `${name}.key`),
  };
  openssl("req", "-x509", ...keyOptions, "-days", "2", "-subj", `/CN=${name}`, "-keyout", root.key, "-out", root.certificate);
  let issued = 0;
  return {
    ...root,
    text: readFileSync(root.certificate, "utf8"),
    issue(commonName, subjectAltName) {
      issued += 1;
      const base = join(folder, `${name}-${issued}`);
      const files = { certificate: `${base}.crt`, key: `${base}.key` };
      openssl("req", "-new", ...keyOptions, "-subj", `/CN=${commonName}`, "-keyout", files.key, "-out", `${base}.csr`);
      writeFileSync(`${base}.ext`, subjectAltName === undefined ? "basicConstraints=CA:FALSE\n" : `subjectAltName=${subjectAltName}\n`);
      const signing = ["-CA", root.certificate, "-CAkey", root.key, "-CAcreateserial", "-days", "2", "-extfile", `${base}.ext`];
      openssl("x509", "-req", "-in", `${base}.csr`, ...signing, "-out", files.certificate);
      return { ...files, text: readFileSync(files.certificate, "utf8") };
    },
  };
}

const keyOptions = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function openssl(...options: readonly string[]): void {
  execFileSync("openssl", options, { stdio: "ignore" });
}
