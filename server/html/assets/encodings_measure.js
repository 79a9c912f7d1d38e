/* Asks for an answer in both encodings, in turns, and takes the times.

   What the network and the server take is the browser's own record of each request (Resource
   Timing), which begins when the request is sent and not when the script gets to run. Decoding is
   timed here, over so many repetitions that the clock's step is a small part of it. A round in which
   the page was hidden is thrown away and done again: browsers slow such pages down. */

export const ENCODINGS = [
    { key: "json", label: "JSON", type: "application/json" },
    { key: "msgpack", label: "MessagePack", type: "application/msgpack" },
];
export const WARM_UP_ROUNDS = 5;
const PATIENCE = 10_000; // ms for the requests of one encoding in a round
const STEPS_PER_DECODING = 200; // of the clock, at least: an error of half a percent
const LEAST_DECODING = 2; // ms

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
    return durations.length > 0 ? durations.reduce((sum, found) => sum + Number(found[1]), 0) : null;
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

function timeDecoding(decoder, buffer, repeats) {
    const begin = performance.now();
    for (let i = 0; i < repeats; i++)
        decoder(buffer);
    return performance.now() - begin;
}

/* How often a decoder must run for its time to be told by a clock of this step. */
function repeatsFor(decoder, buffer, step) {
    const wanted = Math.max(LEAST_DECODING, STEPS_PER_DECODING * step);
    for (let repeats = 1;; repeats *= 2) {
        const taken = timeDecoding(decoder, buffer, repeats);
        if (taken >= wanted / 2)
            return Math.max(1, Math.ceil(repeats * wanted / taken));
    }
}

async function measureRound(run, addresses, repeats) {
    const round = {};
    const order = crypto.getRandomValues(new Uint8Array(1))[0] & 1 ? ENCODINGS
                                                                   : ENCODINGS.toReversed();
    for (const encoding of order)
        round[encoding.key] = await askAll(addresses, encoding, run.signal);
    for (const { key } of order) {
        const { buffer, ...measured } = round[key];
        if (repeats[key] === undefined)
            repeats[key] = repeatsFor(run.decoders[key], buffer, run.step);
        round[key] = {
            ...measured,
            buffer,
            decode: timeDecoding(run.decoders[key], buffer, repeats[key]) / repeats[key],
        };
    }
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
async function undisturbed(run, repeats) {
    for (;;) {
        await untilShown(run);
        let wasHidden = false;
        const notice = () => { wasHidden = true; };
        document.addEventListener("visibilitychange", notice);
        try {
            const addresses = Array.from({ length: run.connections }, run.address);
            const round = await measureRound(run, addresses, repeats);
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
   clock in ms, `signal` to stop it, `onPause` (the page is hidden), and gets `nHidden` and `repeats`
   of decoding. Throws what went wrong in words, or the signal's reason. */
export async function* measure(run) {
    let repeats = {};
    run.nHidden = 0;
    for (let i = -WARM_UP_ROUNDS; i < run.rounds; i++) {
        if (i === 0) {
            repeats = {}; // by now the decoders are compiled
            run.repeats = repeats;
        }
        const round = await undisturbed(run, repeats);
        if (i === -WARM_UP_ROUNDS &&
            !areEqual(...ENCODINGS.map(({ key }) => run.decoders[key](round[key].buffer))))
            throw new Error("the two encodings do not say the same; the index may have changed " +
                            "in between: try again");
        for (const { key } of ENCODINGS)
            delete round[key].buffer;
        yield { round, isWarmUp: i < 0 };
    }
}
