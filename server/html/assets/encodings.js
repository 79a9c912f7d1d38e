/* The page /encodings: one form, one run at a time, its results.

   What only a run fills is written here, so that browsers without scripts see nothing of it.
   Modules are imported by the addresses that the page's links have, for these change with what they
   name. The sizes come with the page, also those of another answer: then the page of that is asked
   for and its section put in place of this one. */

const load = (name) => import(document.querySelector(`link[data-module="${name}"]`).href);
const [{ decode }, statistics, measuring, plotting, reporting] = await Promise.all(
    ["messagepack", "statistics", "measure", "plot", "report"].map(load));

const byId = (id) => document.getElementById(id);
const form = byId("compare");
let stop = null; // of the run that goes on
let shown = null; // the run whose results are shown

form.insertAdjacentHTML("afterend", `
<section id="results" aria-labelledby="results-title" tabindex="-1" hidden>
    <h2 id="results-title">In this browser</h2>
    <ul id="verdicts" class="verdicts"></ul>
    <p class="actions">
        <button id="copy-markdown" class="plain" type="button">Copy as Markdown</button>
        <button id="copy-json" class="plain" type="button">Copy as JSON</button>
        <span id="copied" class="quiet" role="status"></span>
    </p>
    <textarea id="to-copy" rows="8" readonly aria-label="The results as text" hidden></textarea>
    <div id="plots" class="plots"></div>
    <div id="figures" class="scroll" role="region" aria-label="Figures" tabindex="0"></div>
    <details>
        <summary>Browser, machine and settings</summary>
        <dl id="circumstances" class="circumstances"></dl>
    </details>
</section>`);

function make(name, properties = {}, ...children) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
}

function say(text, isTrouble = false) {
    const state = byId("state");
    state.textContent = text;
    state.classList.toggle("trouble", isTrouble);
}

/* ---- What is asked for ---- */

function pageAddress() {
    return `/encodings?${new URLSearchParams({ of: byId("of").value, q: byId("subject").value })}`;
}

/* The section of the sizes, with all that is known of the answer; where the form has come to name
   another, that one's. */
async function chosenAnswer(signal) {
    const section = byId("sizes");
    const { of, subject } = section.dataset;
    if (byId("of").value === of && byId("subject").value === subject)
        return section;
    const response = await fetch(pageAddress(), { signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!response.ok)
        throw new Error(page.querySelector(".lead")?.textContent ??
                        `the server answered ${response.status}`);
    const other = document.adoptNode(page.getElementById("sizes"));
    section.replaceWith(other);
    byId("subject").value = other.dataset.subject;
    history.replaceState(null, "", pageAddress());
    return other;
}

function sizesOf(section) {
    return [...section.querySelectorAll("tr[data-coding]")].map((row) => {
        const [json, msgpack] = [...row.querySelectorAll("td[data-bytes]")].map(
            (cell) => Number(cell.dataset.bytes));
        return { coding: row.dataset.coding, json, msgpack };
    });
}

/* Where to ask in a round: always at the same address, or with a time that nobody has asked with,
   between 1970 and 1990, from which on everything was created. */
function addressing(answer, isPastCache, connections) {
    const { address, pastTheCache } = answer.dataset;
    if (!isPastCache)
        return () => address;
    if (!pastTheCache)
        throw new Error("only searches can be computed anew: choose one, or the server's cache");
    const span = 20 * 365 * 86_400;
    let second = Math.floor(Math.random() * (span - 10_000 * connections));
    return () => {
        const time = new Date(second++ * 1000).toISOString().slice(0, 19) + "Z";
        return `${address}&${pastTheCache}=${encodeURIComponent(time)}`;
    };
}

/* ---- A run ---- */

function begin(answer, step) {
    const connections = Number(byId("connections").value);
    return {
        label: answer.dataset.label,
        address: answer.dataset.address,
        cache: byId("cache").value,
        connections,
        wanted: Number(byId("rounds").value),
        warmUp: measuring.WARM_UP_ROUNDS,
        roundsForVerdict: statistics.ROUNDS_FOR_VERDICT,
        step,
        isIsolated: crossOriginIsolated,
        processors: navigator.hardwareConcurrency,
        browser: navigator.userAgent,
        version: answer.dataset.version,
        time: new Date().toISOString(),
        sizes: sizesOf(answer),
        rounds: [],
        nHidden: 0,
    };
}

async function go(run, answer, signal) {
    const progress = byId("progress");
    const going = {
        address: addressing(answer, run.cache === "misses", run.connections),
        connections: run.connections,
        rounds: run.wanted,
        decoders: measuring.decodersOf(decode),
        step: run.step,
        signal,
        onPause: () => say("Paused until this page is in sight again."),
    };
    progress.max = run.wanted + run.warmUp;
    for await (const { round, isWarmUp } of measuring.measure(going)) {
        progress.value++;
        if (!isWarmUp)
            run.rounds.push(round);
        run.nHidden = going.nHidden;
        run.leastDecoding = going.leastDecoding;
        const text = isWarmUp ? "Warming up." : `Measuring ${run.wanted} rounds.`;
        if (byId("state").textContent !== text)
            say(text);
    }
}

/* Buttons that are of no use now can still have the focus, so that nobody loses it. */
function setBusy(isBusy) {
    byId("start").setAttribute("aria-disabled", isBusy);
    byId("stop").setAttribute("aria-disabled", !isBusy);
}

async function compare() {
    stop = new AbortController();
    setBusy(true);
    byId("progress").value = 0;
    let run = null;
    try {
        say("Reading the clock.");
        const step = statistics.clockStep(() => performance.now());
        const answer = await chosenAnswer(stop.signal);
        run = begin(answer, step);
        await go(run, answer, stop.signal);
        say(`Done: ${run.rounds.length} rounds.`);
    } catch (error) {
        const nRounds = run?.rounds.length ?? 0;
        const kept = nRounds > 0 ? ` What ${nRounds} rounds said is kept below.` : "";
        const isStopped = stop.signal.aborted;
        if (run !== null)
            run.ending = isStopped ? "stopped by hand" : error.message;
        const beginning = nRounds > 0 ? "It ended early" : "Nothing was measured";
        say(isStopped ? `Stopped.${kept}` : `${beginning}: ${error.message}.${kept}`, !isStopped);
    } finally {
        setBusy(false);
        stop = null;
    }
    if (run !== null && run.rounds.length > 0)
        show(run);
}

/* ---- Results ---- */

function showPlots() {
    const plots = byId("plots");
    const columns = getComputedStyle(plots).gridTemplateColumns.split(" ");
    const width = Math.floor(parseFloat(columns[0]));
    plots.replaceChildren(...shown.figures.map((figure) => {
        const unit = reporting.unitOf(figure);
        const [json, msgpack] = [figure.json, figure.msgpack].map(
            (estimate) => `${reporting.interval(estimate, unit.format)} ${unit.unit}`);
        const words = `${figure.title}: JSON ${json}, MessagePack ${msgpack}`;
        const caption = make("figcaption", {}, make("strong", { textContent: figure.title }),
                             ` ${figure.says}, ${unit.unit}`);
        return make("figure", {}, caption,
                    plotting.plot(figure, unit, width, words, statistics.quantile));
    }));
}

function showFigures() {
    const head = make("tr");
    for (const text of ["Median [95 % interval]", "JSON", "MessagePack", "Ratio"])
        head.append(make("th", { scope: "col", textContent: text }));
    const withInterval = (estimate, format) => [
        format(estimate.median),
        ...(estimate.low === null ? [] : [" ", make("small",
            { textContent: `[${format(estimate.low)}, ${format(estimate.high)}]` })]),
    ];
    const row = (title, ...cells) => make("tr", {},
        make("th", { scope: "row", textContent: title }),
        ...cells.map((cell) => make("td", {}, ...[cell].flat())));
    const rows = shown.figures.map((figure) => {
        const { unit, format } = reporting.unitOf(figure);
        return row(`${figure.title}, ${unit}`, withInterval(figure.json, format),
                   withInterval(figure.msgpack, format),
                   withInterval(figure.ratio, (ratio) => ratio.toFixed(2)));
    });
    const together = shown.figures.find(({ key }) => key === "together");
    if (together)
        rows.push(row("Answers a second", ...["json", "msgpack"].map((key) =>
            Math.round(shown.connections / together[key].median * 1000).toLocaleString("en")), ""));
    const { json, msgpack } = shown.bytes;
    rows.push(row("Bytes received", json.received.toLocaleString("en"),
                  msgpack.received.toLocaleString("en"),
                  (msgpack.received / json.received).toFixed(2)));
    byId("figures").replaceChildren(
        make("table", { className: "measured" },
             make("caption", { className: "unseen", textContent: "What was measured" }),
             make("thead", {}, head), make("tbody", {}, ...rows)));
}

function show(run) {
    shown = run;
    run.figures = reporting.figuresOf(run.rounds, run.step, run.connections, statistics);
    run.bytes = reporting.bytesOf(run.rounds);
    const verdicts = run.figures.map((figure) => {
        const text = reporting.sentence(figure, run.rounds.length, run.roundsForVerdict);
        return make("li", { className: figure.verdict === "undecided" ? "undecided" : "decided" },
                    make("strong", { textContent: `${figure.title}:` }), ` ${text}`);
    });
    verdicts.push(make("li", { className: "bytes" }, make("strong", { textContent: "Bytes:" }),
                       ` ${reporting.bytesSentence(run.bytes)}`));
    byId("verdicts").replaceChildren(...verdicts);
    byId("circumstances").replaceChildren(...reporting.circumstancesOf(run).flatMap(
        ([term, text]) => [make("dt", { textContent: term }), make("dd", { textContent: text })]));
    byId("copied").textContent = "";
    byId("to-copy").hidden = true;
    byId("results").hidden = false;
    showPlots();
    showFigures();
}

/* Over plain http there is no clipboard for pages: then the text is shown and selected. */
async function copy(text, what) {
    const area = byId("to-copy");
    area.hidden = true;
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        area.hidden = false;
        area.value = text;
        area.select();
        if (!document.execCommand("copy")) {
            byId("copied").textContent = "Selected below: copy it by your keyboard.";
            return;
        }
        area.hidden = true;
    }
    byId("copied").textContent = `${what} copied.`;
}

form.addEventListener("submit", (event) => {
    if (event.submitter === byId("show"))
        return;
    event.preventDefault();
    if (stop === null)
        compare();
});
byId("stop").addEventListener("click", () => stop?.abort());
byId("copy-markdown").addEventListener("click",
    () => copy(reporting.asMarkdown(shown), "Markdown"));
byId("copy-json").addEventListener("click", () => copy(reporting.asJson(shown), "JSON"));
let widthDrawn = 0;
new ResizeObserver(() => {
    const width = byId("plots").clientWidth;
    if (shown !== null && width !== widthDrawn)
        showPlots();
    widthDrawn = width;
}).observe(byId("plots"));
