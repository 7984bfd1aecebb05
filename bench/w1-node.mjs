// What W1 takes Node before anything is done with the documents: they are read and parsed, as the generator of w1-leat.mjs does. usage: node w1-node.mjs DOCUMENTS
import { createReadStream } from "node:fs";

let rest = "";
let count = 0;
for await (const piece of createReadStream(process.argv[2], { encoding: "utf8", highWaterMark: 1024 * 1024 })) {
  const lines = (rest + piece).split("\n");
  rest = lines.pop();
  count += lines.map((line) => JSON.parse(line)).length;
}
console.log(JSON.stringify({ rowCounts: { activities: count } }));
