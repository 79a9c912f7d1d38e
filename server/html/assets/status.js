/* Keeps the status page at what the server tells each second, or each ten where nobody looks. When
   it tells nothing, the page says since when its figures are old. Nothing moves but figures, so that
   there is no motion to be reduced. */
const EACH = 1000;
const EACH_UNSEEN = 10000;
const PATIENCE = 3000; // for one answer
const SPAN = 300; // seconds of the chart

const { RateChart, LatencyChart, time } =
    await import(document.querySelector('link[data-module="charts"]').href);

const main = document.querySelector("main");
const live = document.getElementById("live");
const rateChart = new RateChart(document.getElementById("rate-chart"));
const latencyChart = new LatencyChart(document.getElementById("latency-chart"));
const spanButtons = [...document.querySelectorAll("#latency-span button")];

let last; // the answer before, and when it came
let lastAt = new Date();
let rows = []; // of the chart: { at: seconds of the server's own clock, … }
let timer;
let isAsking = false;

/* Formats, as the server's templates have them. */
const count = (n) => n.toLocaleString("en");
const rate = (n) => (n < 100 ? n.toFixed(1) : count(Math.round(n)));
const percent = (share) => `${Math.round(share * 100)} %`;
const moment = (text) => text.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");

function bytes(n) {
    const units = ["B", "kB", "MB", "GB", "TB"];
    let unit = 0;
    for (; n >= (unit > 0 ? 999.95 : 1000) && unit + 1 < units.length; unit++)
        n /= 1000;
    return `${unit > 0 ? n.toFixed(1) : n} ${units[unit]}`;
}

function duration(seconds) {
    const s = Math.floor(seconds);
    if (s < 60)
        return `${s} s`;
    if (s < 3600)
        return `${Math.floor(s / 60)} min ${s % 60} s`;
    if (s < 86400)
        return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
    const days = Math.floor(s / 86400);
    return days > 99 ? `${count(days)} d` : `${days} d ${Math.floor((s % 86400) / 3600)} h`;
}

/* Says how the page stands; a screen reader hears of it only when that changes. */
function say(state, sentence) {
    live.className = state === "live" ? "is-live quiet" : "is-old";
    main.classList.toggle("is-old", state !== "live");
    if (live.textContent !== sentence)
        live.textContent = sentence;
}

function figure(name, text) {
    const element = document.querySelector(`[data-figure="${name}"]`);
    if (element !== null && element.textContent !== text)
        element.textContent = text;
}

function showTiles({ server, requests, answers, connections, cache, process, index }) {
    const { minute, start } = answers;
    figure("rate", rate(minute.per_second));
    figure("total", `${count(requests.total)} since the start`);
    figure("ratio", minute.hit_ratio === null ? "–" : percent(minute.hit_ratio));
    figure("ratio-start", start.hit_ratio === null ? "nothing asked for yet"
        : `${percent(start.hit_ratio)} since the start`);
    figure("connections", count(connections.open));
    figure("connections-limit", `of ${count(connections.limit)}`);
    figure("memory", process === null ? "–" : bytes(process.resident_bytes));
    figure("cache", `cache ${bytes(cache.bytes)}`);
    figure("entries", `${count(cache.entries)} answers, ${count(cache.evictions)} evicted`);
    figure("cache-limit", bytes(cache.max_bytes));
    figure("age", index.age_seconds === null ? "–" : duration(index.age_seconds));
    figure("crates", `${count(index.crates)} crates`);
    figure("uptime", duration(server.uptime_seconds));
    figure("version", `version ${server.version}`);
    figure("dump", moment(index.dump));
    figure("served-since", moment(index.served_since ?? ""));
    figure("replaced", `${count(index.n_replaced ?? 0)} times, ${count(index.n_refused ?? 0)} refused`);
    figure("pages", `${count(index.pages_checked)} of ${count(index.pages)}`);
}

function setCells(row, texts) {
    [...row.querySelectorAll("td.number")].forEach((cell, i) => {
        if (cell.textContent !== texts[i])
            cell.textContent = texts[i];
    });
}

function showTables({ requests, answers }) {
    const { by_status: by } = requests;
    setCells(document.getElementById("by-status"),
        [count(by["2xx"]), count(by["3xx"]), count(by["4xx"]), count(by["5xx"]), count(requests.late),
            count(requests.slow), bytes(requests.body_bytes)]);
    for (const span of ["minute", "start"])
        for (const kind of ["hit", "miss"]) {
            const figures = answers[span][kind];
            setCells(document.querySelector(`[data-row="${span}-${kind}"]`),
                [count(figures.count), figures.count ? time(figures.p50_us) : "",
                    figures.count ? time(figures.p99_us) : ""]);
        }
}

function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.assign(made, attributes);
    made.append(...children);
    return made;
}

const number = (text) => element("td", { className: "number" }, text);

function slowestRow(query) {
    const milliseconds = (n) => (n === undefined ? "" : time(n * 1e3));
    const what = element("th", { scope: "row" }, element("span", { className: "badge" }, query.route), " ",
        element("bdi", {}, query.text ?? ""), " ", element("bdi", { className: "mono" }, query.target ?? ""));
    return element("tr", {}, what, number(milliseconds(query.milliseconds)),
        number(milliseconds(query.parts?.search)), number(milliseconds(query.parts?.assemble)),
        number(milliseconds(query.parts?.compress)), number(query.words ?? ""),
        number(query.matches === null ? "" : count(query.matches)), number(duration(query.seconds_ago)));
}

function showSlowest({ slowest }) {
    const nothing = element("tr", {}, element("td", { colSpan: 8, className: "quiet" },
        "Nothing was computed in the last ten minutes."));
    document.getElementById("slowest-rows")
        .replaceChildren(...(slowest.length > 0 ? slowest.map(slowestRow) : [nothing]));
}

function askedRow({ text, is_cut: isCut, at_least: atLeast, at_most: atMost }, hasLinks) {
    const times = element("span", { title: atMost > atLeast ? `${count(atMost)} at most` : "" },
        count(atLeast), element("span", { className: "unseen" }, " times"));
    const what = element("bdi", { className: "asked" }, text);
    const link = element("a", { href: `/search?q=${encodeURIComponent(text)}` }, what);
    return element("li", {}, hasLinks ? link : what, isCut ? "…" : "", " ", times);
}

function showAsked({ asked }) {
    figure("searches", count(asked.searches));
    for (const [id, list] of [["most-rows", asked.most], ["in-vain-rows", asked.in_vain]]) {
        const key = JSON.stringify(list);
        const shown = document.getElementById(id);
        if (shown.dataset.key === key || (list.length === 0 && shown.dataset.key === undefined))
            continue;
        shown.dataset.key = key;
        shown.replaceChildren(...(list.length > 0 ? list.map((row) => askedRow(row, shown.dataset.links !== undefined)) : [element("li",
            { className: "quiet" }, `Nothing yet that ${asked.min_addresses} addresses asked for.`)]));
    }
}

/* Rows are known by the server's clock, for answers overlap. */
function keepHistory({ server, history }) {
    if (last !== undefined && last.server.started !== server.started)
        rows = [];
    const newest = rows.at(-1)?.at ?? -Infinity;
    for (const [ago, seconds, hit, miss, none] of history) {
        const at = server.uptime_seconds - ago;
        if (at > newest + 0.05 && seconds > 0)
            rows.push({ at, seconds, hit: hit / seconds, miss: miss / seconds, none: none / seconds });
    }
    rows = rows.filter((row) => server.uptime_seconds - row.at < SPAN);
}

function showCharts({ server, answers }) {
    rateChart.show({
        span: SPAN,
        rows: rows.map((row) => ({ ...row, ago: server.uptime_seconds - row.at })),
    });
    const span = spanButtons.find((button) => button.getAttribute("aria-pressed") === "true").dataset.span;
    latencyChart.show({
        bounds: answers.bounds_us, hit: answers[span].hit.buckets, miss: answers[span].miss.buckets });
}

function show(status) {
    keepHistory(status);
    last = status;
    lastAt = new Date();
    say("live", "Live: figures of this second");
    showTiles(status);
    showTables(status);
    showSlowest(status);
    showAsked(status);
    showCharts(status);
}

async function ask() {
    const missing = last === undefined ? SPAN : Math.ceil((Date.now() - lastAt) / 1000) + 2;
    const response = await fetch(`/status.json?history=${Math.min(missing, SPAN)}`,
        { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok)
        throw new Error(`answered ${response.status}`);
    return response.json();
}

function explain(error) {
    const since = lastAt.toLocaleTimeString();
    if (error.name === "TimeoutError")
        return `The server accepts questions and does not answer: these figures are of ${since}. Asking on.`;
    if (error.message.startsWith("answered"))
        return `The server ${error.message}: these figures are of ${since}. Asking on.`;
    return `The server does not answer: these figures are of ${since}. Asking on.`;
}

async function turn() {
    if (isAsking)
        return;
    isAsking = true;
    clearTimeout(timer);
    try {
        show(await ask());
    } catch (error) {
        say("old", explain(error));
    }
    isAsking = false;
    timer = setTimeout(turn, document.hidden ? EACH_UNSEEN : EACH);
}

for (const button of spanButtons)
    button.addEventListener("click", () => {
        for (const other of spanButtons)
            other.setAttribute("aria-pressed", String(other === button));
        showCharts(last);
    });
document.addEventListener("visibilitychange", () => {
    if (!document.hidden)
        turn();
});
turn();
