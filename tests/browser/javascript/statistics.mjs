/* Medians, intervals and verdicts of /encodings, and what they say in words: node statistics.mjs */
import assert from "node:assert/strict";
import { load } from "./module.mjs";

const statistics = await load("statistics");
const { figuresOf, sentence, asMarkdown, asJson } = await load("encodings_report");
const { rangeOf, niceStep } = await load("encodings_plot");
const { serverTime } = await load("encodings_measure");
const { median, estimate, intervalRank, pairedRatios, verdict, quantile, clockStep } = statistics;

assert.equal(median([3, 1, 2]), 2);
assert.equal(median([4, 1, 2, 3]), 2.5);
assert.equal(median([10, 9, 100]), 10, "numbers, not texts, are sorted");
assert.ok(Number.isNaN(median([])));

/* The published table of the sign test (Conover, table A3, or any binomial table, p = 1/2), 95 %: n, k. */
const ranks = { 1: 0, 5: 0, 6: 1, 8: 1, 9: 2, 12: 3, 15: 4, 20: 6, 25: 8, 40: 14, 100: 40, 300: 133 };
for (const [n, k] of Object.entries(ranks))
    assert.equal(intervalRank(Number(n)), k, `n = ${n}`);
assert.equal(intervalRank(2000) > 900, true, "no chance is lost to rounding");
assert.deepEqual(estimate([5, 1, 4, 2, 3, 6]), { median: 3.5, low: 1, high: 6 });
assert.deepEqual(estimate([1, 2]), { median: 1.5, low: null, high: null });

/* The interval has the median of what the values are drawn of in 95 % of draws or a little more: skewed, with a seed. */
let seed = 1;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
let nHeld = 0;
for (let draw = 0; draw < 2000; draw++) {
    const { low, high } = estimate(Array.from({ length: 20 }, () => -Math.log(random())));
    nHeld += low <= Math.LN2 && Math.LN2 <= high;
}
assert.ok(nHeld / 2000 > 0.945 && nHeld / 2000 < 0.975, `${nHeld} of 2000`);

assert.deepEqual(pairedRatios([1, 2, 0], [2, 1, 0], 0.005), [2, 0.5, 1]);
assert.equal(verdict({ median: 1.5, low: 1.01, high: 2 }, 20), "more");
assert.equal(verdict({ median: 0.5, low: 0.4, high: 0.99 }, 20), "less");
assert.equal(verdict({ median: 1.5, low: 1, high: 2 }, 20), "undecided");
assert.equal(verdict({ median: 1.5, low: 1.01, high: 2 }, 19), "undecided");
assert.equal(verdict({ median: 1.5, low: null, high: null }, 40), "undecided");
assert.equal(quantile([1, 2, 3, 4], 0.5), 2);
let readings = 0;
assert.equal(clockStep(() => Math.floor(readings++ / 7) * 5), 5);

/* Rounds whose decoding differs and whose transfer does not. */
const part = (decode, transfer) => ({
    firstByte: [0.2, 0.4], transfer: [transfer, transfer], together: 1, server: [], decode, bytes: 10, decodedBytes: 20,
    coding: "br", caches: ["hit", "hit"], opened: 0, protocol: "http/1.1", server_name: "cratedex/1",
});
const rounds = (n) => Array.from({ length: n }, (_, i) =>
    ({ json: part(1, 1 + i % 2), msgpack: part(1.5 + i / 1000, 2 - i % 2), first: "json" }));
const figures = figuresOf(rounds(20), 0.005, 2, statistics);
const by = Object.fromEntries(figures.map((figure) => [figure.key, figure]));
assert.deepEqual(Object.keys(by), ["decode", "first_byte", "transfer", "all", "together"]);
assert.ok(Math.abs(by.first_byte.json.median - 0.3) < 1e-9, "a round's value is the mean of its connections");
assert.equal(by.first_byte.dots.json.length, 40);
assert.equal(sentence(by.decode, 20, 20), "MessagePack takes 1.50 to 1.51 times as long as JSON here.");
assert.equal(sentence(by.transfer, 20, 20), "no difference can be told from these 20 rounds.");
assert.match(sentence(by.decode, 19, 20), /^19 rounds are too few/);
const said = (verdict, low, high) => sentence({ verdict, ratio: { low, high } }, 20, 20);
assert.equal(said("less", 0.4, 0.5), "JSON takes 2.0 to 2.5 times as long as MessagePack here.");
assert.equal(said("more", 1.001, 1.3), "MessagePack takes 1.001 to 1.300 times as long as JSON here.");
assert.equal(said("more", 1.02, 1.3), "MessagePack takes 1.02 to 1.30 times as long as JSON here.");
/* A decoding may be shorter than the clock's step, for it is a share of many; what a clock reads may not. */
const short = rounds(20).map(({ json, msgpack }) => ({
    json: { ...json, decode: 0.001, transfer: [0.001] }, msgpack: { ...msgpack, decode: 0.002, transfer: [0.002] } }));
const [decoding, , transfer] = figuresOf(short, 0.005, 1, statistics);
assert.deepEqual([decoding.ratio.median, decoding.verdict, transfer.ratio.median], [2, "more", 1]);
assert.equal(figuresOf(rounds(3), 0.005, 1, statistics).length, 4, "one connection is not told together");

const run = {
    label: "A search", address: "/api/v1/crates?q=a", wanted: 20, warmUp: 5, connections: 2, step: 0.005, isIsolated: true,
    processors: 2, browser: "B", time: "T", roundsForVerdict: 20, leastDecoding: 2, nHidden: 1, rounds: rounds(20), figures,
    bytes: { json: { received: 10 }, msgpack: { received: 12 } }, sizes: [{ coding: "gzip", json: 5, msgpack: 6 }],
};
const markdown = asMarkdown(run);
for (const line of ["- **Decoding**: MessagePack takes 1.50 to 1.51 times as long as JSON here.", 
                    "| Bytes received | 10 | 12 | 1.20 |", "| MessagePack | 6 |", "1 repeated, for the page was hidden",
                    "- X-Cache: `80 hit`",
                    "cross-origin isolated"])
    assert.ok(markdown.includes(line), line);
const parsed = JSON.parse(asJson(run));
assert.equal(parsed.rounds.length, 20);
assert.equal(parsed.settings.browser, "B");
assert.equal(parsed.figures[0].verdict, "more");

assert.equal(serverTime("cache;desc=miss, search;dur=0.5, assemble;dur=1.25, compress;dur=0.000"), 1.75);
assert.equal(serverTime("cache;desc=hit"), null);
assert.equal(serverTime(null), null);
assert.equal(niceStep(97, 5), 20);
assert.equal(niceStep(0.004, 4), 0.001);
assert.deepEqual(rangeOf([[1, 2], [3, 4]], quantile).low, 0);
assert.ok(rangeOf([[90, 91, 92, 93]], quantile).low > 80);
assert.ok(rangeOf([[1, 2, 3, 4, 900]], quantile).high < 20, "one value does not take the plot from all others");
