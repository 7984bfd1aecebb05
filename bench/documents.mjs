// Nested documents for workload W1, the same for the same seed: about 1.7 kB, 6 rows in 4 tables and 70 cells each,
// with what makes such data costly: text beyond ASCII, nulls, missing objects, integers that turn out to be decimals, a number that is sometimes a word.
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Writes the documents as JSON lines, once: a file that is there stays. */
export function ensureDocuments(path, count, seed = 1) {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const fd = openSync(unfinished, "w");
  let lines = [];
  const flush = () => {
    writeSync(fd, lines.join(""));
    lines = [];
  };
  for (const document of documents(count, seed)) {
    lines.push(`${JSON.stringify(document)}\n`);
    if (lines.length === 1000) flush();
  }
  flush();
  closeSync(fd);
  renameSync(unfinished, path);
}

export function* documents(count, seed = 1) {
  const random = randomFrom(seed);
  for (let index = 0; index < count; index += 1) yield activity(random, index);
}

const kinds = ["push", "review", "issue", "star", "fork", "branch", "release"];
const actions = ["opened", "closed", "reopened", "merged", null];
const colors = ["b60205", "d93f0b", "fbca04", "0e8a16", "006b75", "1d76db", "5319e7"];
const words = (
  "parse load table column cursor replay lock shard window merge schema record stream chunk offset retry crash restart " +
  "grüße façade señal données übung żółw проект данные 表 列 読み込み 🧪 📦 🔁"
).split(" ");
const firstMoment = Date.UTC(2025, 5, 1);

function activity(random, index) {
  const sender = person(random);
  const owner = person(random);
  const moment = firstMoment + index * 913;
  const project = `${owner.login}/${random.pick(words)}-${random.below(1000)}`;
  const changes = random.list(5, () => change(random, sender));
  return {
    id: String(70_000_000_000 + index),
    kind: random.pick(kinds),
    sequence: index,
    visible: random.chance(0.9),
    created_at: new Date(moment).toISOString().replace(".000Z", "Z"),
    updated_at: random.chance(0.2) ? null : new Date(moment + random.below(10_000_000)).toISOString(),
    title: random.sentence(2, 8),
    body: random.chance(0.15) ? null : random.sentence(5, 30),
    score: random.chance(0.02) ? "none" : random.below(1_000_000) / 1000,
    ratio: random.chance(0.5) ? random.below(100) : random.below(10_000) / 100,
    sender: {
      id: sender.id,
      login: sender.login,
      display_name: sender.login,
      gravatar: "",
      url: `https://api.example.org/people/${sender.login}`,
      avatar_url: `https://images.example.org/people/${sender.id}?size=64`,
    },
    project: {
      id: 1 + random.below(800_000_000),
      name: project,
      url: `https://api.example.org/projects/${project}`,
      owner: { id: owner.id, login: owner.login, type: random.chance(0.3) ? "Team" : "Person", isStaff: random.chance(0.01) },
    },
    detail: {
      action: random.pick(actions),
      ref: `refs/heads/${random.pick(["main", "next", `topic/${random.below(99)}`])}`,
      pushId: 20_000_000_000 + random.below(1_000_000_000),
      size: changes.length,
      head: random.hex(40),
      before: random.hex(40),
      changes,
    },
    labels: random.list(2, () => label(random)),
    topics: random.list(3, () => random.pick(words)),
    ...(random.chance(0.3) ? { organization: organization(random) } : {}),
  };
}

function person(random) {
  const id = 1000 + random.below(5_000_000);
  return { id, login: `person-${id.toString(36)}` };
}

function change(random, author) {
  return {
    sha: random.hex(40),
    author: { email: `${author.login}@example.org`, name: random.sentence(2, 2) },
    message: random.sentence(3, 14),
    distinct: random.chance(0.8),
    url: `https://api.example.org/changes/${random.hex(12)}`,
  };
}

function label(random) {
  return {
    id: random.below(1_000_000_000),
    name: random.pick(words),
    color: random.pick(colors),
    default: random.chance(0.5),
    description: random.chance(0.6) ? null : random.sentence(2, 5),
  };
}

function organization(random) {
  const id = random.below(100_000_000);
  return { id, login: `org-${id.toString(36)}`, avatar_url: `https://images.example.org/organizations/${id}` };
}

/** Draws from a seed (xorshift of 32 bits). */
function randomFrom(seed) {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  const bits = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const below = (limit) => Math.floor((bits() / 2 ** 32) * limit);
  const pick = (values) => values[below(values.length)];
  return {
    below,
    pick,
    chance: (probability) => bits() < probability * 2 ** 32,
    list: (longest, make) => Array.from({ length: below(longest + 1) }, make),
    sentence: (shortest, longest) => Array.from({ length: shortest + below(longest - shortest + 1) }, () => pick(words)).join(" "),
    hex(digits) {
      let text = "";
      while (text.length < digits) text += bits().toString(16).padStart(8, "0");
      return text.slice(0, digits);
    },
  };
}
