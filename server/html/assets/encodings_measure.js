/* Asks for an answer in both encodings, in turns, and takes the times.

   What the network and the server take is the browser's own record of each request (Resource
   Timing), which begins when the request is sent and not when the script gets to run. Decoding is
   timed here, over so many repetitions that the clock's step is a small part of it. A round in
   which the page was hidden is thrown away and done again: browsers slow such pages down. */

export const ENCODINGS = [
    { key: "json", label: "JSON", type: "application/json" },
    { key: "msgpack", label: "MessagePack", type: "application/msgpack" },
];
export const WARM_UP_ROUNDS = 5;
const PATIENCE = 10_000; // ms for the requests of one encoding in a round
const STEPS_PER_DECODING = 200; // of the clock, at least: an error of half a percent
const LEAST_DECODING = 2; // ms
const WARM_UP_DECODING = 20; // ms: engines compile what has run for long enough

/* From bytes to objects, in both encodings. `decode` reads MessagePack. */
export function decodersOf(decode) {
    const text = new TextDecoder();
    return { json: (buffer) => JSON.parse(text.decode(buffer)), msgpack: decode };
}

/* Whether two decoded values are the same. What JSON rounds to a Number may be a BigInt in the
   other. */
export function areEqual(json, packed) {
    if (typeof packed === "bigint")
        return json === Number(packed);
    if (json === null || packed === null || typeof json !== "object" || typeof packed !== "object")
        return json === packed;
    if (Array.isArray(json) !== Array.isArray(packed))
        return false;
    const names = Object.keys(json);
    const others = Object.keys(packed);
    return names.length === others.length &&
        names.every((name, i) => name === others[i] && areEqual(json[name], packed[name]));
}

/* What a Server-Timing field tells of durations, in ms, together; null: nothing. */
export function serverTime(field) {
    const durations = [...(field ?? "").matchAll(/;\s*dur\s*=\s*"?([0-9.]+)/g)];
    if (durations.length === 0)
        return null;
    return durations.reduce((sum, found) => sum + Number(found[1]), 0);
}

async function refusal(response) {
    let detail = "";
    try {
        detail = (await response.json()).errors[0].detail;
    } catch {
        // what it says is not ours: the status says enough
    }
    return new Error(`the server answered ${response.status}${detail ? ` (${detail})` : ""}`);
}

async function ask(address, encoding, signal) {
    const response = await fetch(address,
        { cache: "no-store", headers: { Accept: encoding.type }, signal });
    if (!response.ok)
        throw await refusal(response);
    return { headers: response.headers, buffer: await response.arrayBuffer() };
}

/* The browser's records of requests to these addresses, which it may write a moment after the
   bytes are there. */
async function recordsOf(addresses, signal) {
    for (;;) {
        const names = new Set(addresses.map((address) => new URL(address, location.href).href));
        const records = performance.getEntriesByType("resource")
            .filter((record) => names.has(record.name) && record.responseEnd > 0);
        if (records.length >= addresses.length)
            return records;
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve));
    }
}

function describe(records, answers) {
    const begin = Math.min(...records.map((record) => record.startTime));
    const end = Math.max(...records.map((record) => record.responseEnd));
    const { headers } = answers[0];
    return {
        firstByte: records.map((record) => record.responseStart - record.requestStart),
        transfer: records.map((record) => record.responseEnd - record.responseStart),
        together: end - begin,
        server: answers.map((answer) => serverTime(answer.headers.get("Server-Timing")))
            .filter((time) => time !== null),
        bytes: records[0].encodedBodySize,
        decodedBytes: records[0].decodedBodySize,
        coding: headers.get("Content-Encoding") ?? "identity",
        caches: answers.map((answer) => answer.headers.get("X-Cache") ?? "not said"),
        isOfSharedCache: Number(headers.get("Age") ?? 0) > 0,
        server_name: headers.get("Server"),
        protocol: records[0].nextHopProtocol,
        opened: records.filter((record) => record.connectEnd > record.connectStart).length,
    };
}

async function askAll(addresses, encoding, signal) {
    const patience = AbortSignal.timeout(PATIENCE);
    const either = AbortSignal.any([signal, patience]);
    performance.clearResourceTimings();
    try {
        const answers = await Promise.all(
            addresses.map((address) => ask(address, encoding, either)));
        const records = await recordsOf(addresses, either);
        return { ...describe(records, answers), buffer: answers[0].buffer };
    } catch (error) {
        if (patience.aborted && !signal.aborted)
            throw new Error(`no whole answer came within ${PATIENCE / 1000} seconds`);
        if (error instanceof TypeError)
            throw new Error("the server cannot be reached, or ended the connection");
        throw error;
    }
}

/* The time of one decoding, of so many as take `least` ms together: the clock is read after 1, 3,
   7, 15 … of them. */
function timeDecoding(decoder, buffer, least) {
    const begin = performance.now();
    let nDone = 0;
    for (let n = 1;; n *= 2) {
        for (let i = 0; i < n; i++)
            decoder(buffer);
        nDone += n;
        const taken = performance.now() - begin;
        if (taken >= least)
            return taken / nDone;
    }
}

async function measureRound(run, addresses, leastDecoding) {
    const round = {};
    const order = crypto.getRandomValues(new Uint8Array(1))[0] & 1 ? ENCODINGS
                                                                   : ENCODINGS.toReversed();
    for (const encoding of order)
        round[encoding.key] = await askAll(addresses, encoding, run.signal);
    for (const { key } of order)
        round[key].decode = timeDecoding(run.decoders[key], round[key].buffer, leastDecoding);
    return { ...round, first: order[0].key };
}

async function untilShown(run) {
    if (!document.hidden)
        return;
    run.onPause();
    await new Promise((resolve, reject) => {
        document.addEventListener("visibilitychange", resolve, { once: true });
        run.signal.addEventListener("abort", () => reject(run.signal.reason), { once: true });
    });
}

/* The round, once it went by with the page in sight; `run.nHidden` counts those that did not. */
async function undisturbed(run, leastDecoding) {
    for (;;) {
        await untilShown(run);
        let wasHidden = false;
        const notice = () => { wasHidden = true; };
        document.addEventListener("visibilitychange", notice);
        try {
            const addresses = Array.from({ length: run.connections }, run.address);
            const round = await measureRound(run, addresses, leastDecoding);
            if (!wasHidden)
                return round;
            run.nHidden++;
        } finally {
            document.removeEventListener("visibilitychange", notice);
        }
    }
}

/* Yields round after round; of the first, those of the warm-up, nothing is to be kept. `run` has
   `address` (a function: where to ask next), `connections`, `rounds`, `decoders`, `step` of the
   clock in ms, `signal` to stop it, `onPause` (the page is hidden), and gets `nHidden` and
   `leastDecoding`, the ms that a sample of decoding takes. Throws what went wrong in words, or the
   signal's reason. */
export async function* measure(run) {
    run.nHidden = 0;
    run.leastDecoding = Math.max(LEAST_DECODING, STEPS_PER_DECODING * run.step);
    for (let i = -WARM_UP_ROUNDS; i < run.rounds; i++) {
        const round = await undisturbed(run, i < 0 ? WARM_UP_DECODING : run.leastDecoding);
        if (i === -WARM_UP_ROUNDS &&
            !areEqual(...ENCODINGS.map(({ key }) => run.decoders[key](round[key].buffer))))
            throw new Error("the two encodings do not say the same; the index may have changed " +
                            "in between: try again");
        for (const { key } of ENCODINGS)
            delete round[key].buffer;
        yield { round, isWarmUp: i < 0 };
    }
}
