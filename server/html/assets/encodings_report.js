/* What rounds say: figures with intervals, sentences, and both as Markdown and JSON.

   Nothing here touches the page. The functions of statistics.js are given by who calls. */

/* What is figured out of a round. `values` are those of one encoding's part, in ms; their mean is
   the round's. `step` is the least that can be told of it, where that is not the clock's: a
   decoding is a share of many, and the server tells microseconds. */
const KINDS = [
    { key: "decode", title: "Decoding", says: "from the bytes to objects", step: 0,
      values: (part) => [part.decode] },
    { key: "first_byte", title: "Time to the first byte", says: "from the request's start",
      values: (part) => part.firstByte },
    { key: "transfer", title: "Transfer", says: "from the first byte to the last",
      values: (part) => part.transfer },
    { key: "server", title: "Server's own time", says: "search, assembly and compression",
      step: 0.001,
      values: (part) => part.server },
    { key: "all", title: "From the request to objects", says: "the sum, as a page has to wait",
      values: (part) => part.firstByte.map((time, i) => time + part.transfer[i] + part.decode) },
    { key: "together", title: "All connections together", says: "until the last answer is there",
      values: (part) => [part.together], isOfSeveral: true },
];

function mean(values) {
    return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function figureOf(kind, rounds, step, statistics) {
    const parts = { json: rounds.map((round) => round.json),
                    msgpack: rounds.map((round) => round.msgpack) };
    const means = {};
    const figure = { key: kind.key, title: kind.title, says: kind.says, dots: {} };
    for (const encoding of ["json", "msgpack"]) {
        const values = parts[encoding].map(kind.values);
        means[encoding] = values.map(mean);
        figure.dots[encoding] = values.flat();
        figure[encoding] = statistics.estimate(means[encoding]);
    }
    figure.ratio = statistics.estimate(
        statistics.pairedRatios(means.json, means.msgpack, kind.step ?? step));
    figure.verdict = statistics.verdict(figure.ratio, rounds.length);
    return figure;
}

/* The figures of at least one round; `step` is the clock's, in ms. */
export function figuresOf(rounds, step, connections, statistics) {
    return KINDS
        .filter((kind) => !kind.isOfSeveral || connections > 1)
        .filter((kind) => rounds.every(({ json, msgpack }) =>
            kind.values(json).length > 0 && kind.values(msgpack).length > 0))
        .map((kind) => figureOf(kind, rounds, step, statistics));
}

/* Writes times of one figure in one unit: {unit, format}. */
export function unitOf(figure) {
    const isLong = Math.max(figure.json.median, figure.msgpack.median) >= 1;
    const scale = isLong ? 1 : 1000;
    return {
        unit: isLong ? "ms" : "µs",
        scale,
        format: (time) => time === null ? "–" : digits(time * scale),
    };
}

function digits(number) {
    return number >= 100 ? Math.round(number).toLocaleString("en") : number.toPrecision(3);
}

export function interval({ median, low, high }, format) {
    return low === null ? format(median) : `${format(median)} [${format(low)}, ${format(high)}]`;
}

export function ratioText(ratio) {
    return interval(ratio, (value) => value === null ? "–" : value.toFixed(2));
}

/* "1.4 to 1.6" in as many digits as tell the ends from each other and from 1, within reason. */
function span(low, high) {
    let [least, most] = ["", ""];
    for (let n = 1; n <= 4 && (least === most || Number(least) <= 1); n++)
        [least, most] = [low.toFixed(n), high.toFixed(n)];
    return `${least} to ${most}`;
}

/* The sentence behind a figure's title: who is slower only where the interval allows it. */
export function sentence(figure, nRounds, roundsForVerdict) {
    const { low, high } = figure.ratio;
    if (nRounds < roundsForVerdict)
        return `${nRounds} rounds are too few for a verdict; ${roundsForVerdict} would do.`;
    if (figure.verdict === "more")
        return `MessagePack takes ${span(low, high)} times as long as JSON here.`;
    if (figure.verdict === "less")
        return `JSON takes ${span(1 / high, 1 / low)} times as long as MessagePack here.`;
    return `no difference can be told from these ${nRounds} rounds.`;
}

/* What came over the wire, of the last round. */
export function bytesOf(rounds) {
    const { json, msgpack } = rounds.at(-1);
    return Object.fromEntries(Object.entries({ json, msgpack }).map(([key, part]) => [key, {
        received: part.bytes, decoded: part.decodedBytes, coding: part.coding,
    }]));
}

export function bytesSentence({ json, msgpack }) {
    const say = ({ received, coding }) =>
        `${received.toLocaleString("en")} bytes${coding === "identity" ? "" : ` (${coding})`}`;
    return `JSON ${say(json)}, MessagePack ${say(msgpack)} received.`;
}

/* All that a reader needs to judge a run: [[term, text], …]. */
export function circumstancesOf(run) {
    const last = run.rounds.at(-1);
    const caches = run.rounds.flatMap(({ json, msgpack }) => [...json.caches, ...msgpack.caches]);
    const tally = [...new Set(caches)].map((cache) =>
        `${caches.filter((other) => other === cache).length} ${cache}`);
    const opened = run.rounds.reduce((sum, { json, msgpack }) =>
        sum + json.opened + msgpack.opened, 0);
    const isShared = run.rounds.some(({ json, msgpack }) =>
        json.isOfSharedCache || msgpack.isOfSharedCache);
    return [
        ["Answer", `${run.label}: ${run.address}`],
        ["Rounds", `${run.rounds.length} of ${run.wanted}, after ${run.warmUp} to warm up` +
            (run.nHidden > 0 ? `; ${run.nHidden} repeated, for the page was hidden` : "") +
            (run.ending ? `; ${run.ending}` : "")],
        ["Connections", `${run.connections} over ${last.json.protocol || "an unknown protocol"}` +
            `, ${opened} opened while measured`],
        ["X-Cache", tally.join(", ") +
            (isShared ? "; a cache before the server answered, by Age" : "")],
        ["Decoding", `samples of ${digits(run.leastDecoding)} ms, each of many decodings`],
        ["Clock", `steps of ${digits(run.step * 1000)} µs, ` +
            `${run.isIsolated ? "" : "not "}cross-origin isolated`],
        ["Processors", `${run.processors}`],
        ["Browser", run.browser],
        ["Server", `${last.json.server_name ?? "not said"}`],
        ["Time", run.time],
    ];
}

function table(head, rows) {
    const line = (cells) => `| ${cells.join(" | ")} |`;
    return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function verdictLines(run) {
    return run.figures.map((figure) =>
        `- **${figure.title}**: ${sentence(figure, run.rounds.length, run.roundsForVerdict)}`);
}

export function asMarkdown(run) {
    const figures = run.figures.map((figure) => {
        const { unit, format } = unitOf(figure);
        return [`${figure.title}, ${unit}`, interval(figure.json, format),
                interval(figure.msgpack, format), ratioText(figure.ratio)];
    });
    const { json, msgpack } = run.bytes;
    figures.push(["Bytes received", json.received, msgpack.received,
                  (msgpack.received / json.received).toFixed(2)]);
    return [
        `### JSON or MessagePack: ${run.label}`,
        verdictLines(run).join("\n"),
        table(["median [95 % interval]", "JSON", "MessagePack", "ratio"], figures),
        table(["bytes", ...run.sizes.map(({ coding }) => coding)],
              ["JSON", "MessagePack"].map((label, i) =>
                  [label, ...run.sizes.map((size) => i === 0 ? size.json : size.msgpack)])),
        circumstancesOf(run).map(([term, text]) => `- ${term}: \`${text}\``).join("\n"),
    ].join("\n\n") + "\n";
}

/* Everything, and each round as it was measured; times are in ms. */
export function asJson(run) {
    const { figures, rounds, sizes, bytes, ...settings } = run;
    return JSON.stringify({
        settings,
        verdicts: figures.map((figure) =>
            ({ figure: figure.key, says: sentence(figure, rounds.length, run.roundsForVerdict) })),
        figures: figures.map(({ key, json, msgpack, ratio, verdict }) =>
            ({ key, unit: "ms", json, msgpack, ratio, verdict })),
        bytes,
        sizes,
        rounds,
    }, null, 1);
}
