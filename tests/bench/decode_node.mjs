// Times Node.js's JSON.parse, @msgpack/msgpack and msgpackr on bodies in files; cratedex-bench encoding starts it.
//
// Usage: node decode_node.mjs FOLDER ROUNDS MODULES
//
// FOLDER has <page>.<number>.json and .msgpack, MODULES has the folder node_modules (make bench-clients). Prints what
// tests/bench/encoding_clients.h describes. Each round decodes all bodies of each page by each decoder, in turn, and
// reads every value of what came of it: strings of V8 may be slices of others, or ropes, until somebody looks into
// them. JSON begins as bytes, too, as it does in fetch(), so making a string of them is a part of it. Times of samples
// are processor time of the process, with what the garbage collector's threads take; a sample is long enough to meet
// it. Single decodes are timed by the clock.

import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const SAMPLE_MICROSECONDS = 10_000;
const SINGLES_NANOSECONDS = 2_000_000n;
const MAX_SINGLES = 32;
const WARM_UP_MICROSECONDS_A_ROUND = 2_000; // of the compilers

const [folder, rounds, modules] = [process.argv[2], Number(process.argv[3]), process.argv[4]];

const decoders = [{ encoding: "json", library: "JSON.parse", decode: (body) => JSON.parse(body.toString()) }];
const missing = [];

function addPackage(name, key, describe) {
  try {
    const require = createRequire(path.join(path.resolve(modules), "package.json"));
    const library = require(name);
    const folderOfIt = path.join(path.resolve(modules), "node_modules", name);
    const { version } = JSON.parse(fs.readFileSync(path.join(folderOfIt, "package.json")));
    decoders.push({ encoding: "msgpack", key, library: name, version: describe(version, library), decode: library.decode });
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    missing.push(`${name} is not installed`);
  }
}

addPackage("@msgpack/msgpack", "decode_node_msgpack", (version) => version);
addPackage("msgpackr", "decode_node_msgpackr", (version, { isNativeAccelerationEnabled }) =>
  isNativeAccelerationEnabled ? `${version} with msgpackr-extract` : version);

// What every decoder must give: see tests/bench/decoded_values.h. Exact, and too slow to be timed.
function check(value, found) {
  found.values += 1;
  if (typeof value === "string") {
    const bytes = Buffer.from(value);
    found.texts += BigInt(bytes.length);
    if (bytes.length > 0) found.texts += (BigInt(bytes[0]) << 32n) + (BigInt(bytes.at(-1)) << 16n);
  } else if (typeof value === "number" || typeof value === "bigint") {
    found.numbers += Number(value);
  } else if (value === true) {
    found.true += 1;
  } else if (Array.isArray(value)) {
    for (const child of value) check(child, found);
  } else if (value !== null && typeof value === "object") {
    for (const [name, child] of Object.entries(value)) {
      check(name, found);
      check(child, found);
    }
  }
}

// Visits every value; of a string its length and ends. Returns a sum, so that nothing may be left out.
function read(value) {
  switch (typeof value) {
    case "string":
      return value.length > 0 ? value.length + value.charCodeAt(0) + value.charCodeAt(value.length - 1) : 0;
    case "number":
      return value;
    case "boolean":
      return value ? 1 : 0;
    case "bigint":
      return Number(value);
  }
  if (value === null) return 0;
  let sum = 1;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) sum += read(value[i]);
  } else {
    for (const name in value) sum += name.length + read(value[name]);
  }
  return sum;
}

function readPages() {
  const pages = new Map();
  for (const file of fs.readdirSync(folder).sort()) {
    const [page, , encoding] = file.split(".");
    if (!pages.has(page)) pages.set(page, { json: [], msgpack: [] });
    pages.get(page)[encoding].push(fs.readFileSync(path.join(folder, file)));
  }
  return pages;
}

function cpuMicroseconds() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

let total = 0; // so that no reading is thrown away

function run(decode, bodies, repeats) {
  const begin = cpuMicroseconds();
  for (let i = 0; i < repeats; i++) for (const body of bodies) total += read(decode(body));
  return cpuMicroseconds() - begin;
}

function addSingles(decode, bodies, singles) {
  const end = process.hrtime.bigint() + SINGLES_NANOSECONDS;
  let now = 0n;
  for (let i = 0; i < MAX_SINGLES && now < end; i++) {
    const begin = process.hrtime.bigint();
    total += read(decode(bodies[singles.length % bodies.length]));
    now = process.hrtime.bigint();
    singles.push(Number(now - begin));
  }
}

// Until the compilers have had their time; returns how often a sample repeats, as often by every decoder.
function warmUp(bodies) {
  let fastest = Infinity;
  for (const decoder of decoders) {
    let left = WARM_UP_MICROSECONDS_A_ROUND * rounds;
    while (left > 0) {
      const taken = run(decoder.decode, bodies[decoder.encoding], 1);
      left -= Math.max(taken, 1);
      if (decoder.encoding === "json") fastest = Math.min(fastest, taken);
    }
  }
  return Math.max(1, Math.round(SAMPLE_MICROSECONDS / Math.max(fastest, 1)));
}

const pages = readPages();
for (const decoder of decoders) {
  decoder.pages = {};
  for (const [page, bodies] of pages) {
    const found = { values: 0, texts: 0n, numbers: 0, true: 0 };
    for (const body of bodies[decoder.encoding]) check(decoder.decode(body), found);
    decoder.pages[page] = { samples: [], singles: [], check: { ...found, texts: String(found.texts) } };
  }
}
const repeats = new Map([...pages].map(([page, bodies]) => [page, warmUp(bodies)]));
for (let round = 0; round < rounds; round++) {
  for (const [page, bodies] of pages) {
    for (let i = 0; i < decoders.length; i++) {
      const { encoding, decode, pages: figures } = decoders[(i + round) % decoders.length];
      const taken = run(decode, bodies[encoding], repeats.get(page));
      figures[page].samples.push((taken * 1000) / (repeats.get(page) * bodies[encoding].length));
      addSingles(decode, bodies[encoding], figures[page].singles);
    }
  }
}
if (!Number.isFinite(total)) throw new Error("what was read is no number");
const listed = decoders.map(({ decode, ...figures }) => figures);
console.log(JSON.stringify({ runtime: `Node.js ${process.versions.node}, V8 ${process.versions.v8}`, missing,
                             decoders: listed }));
