/* Makes the forms of the API's page ask: the address and the curl line follow the fields, the answer
   is shown below with its status, time, size and headers. Also filters the list of operations. */
const PATIENCE = 30000; // for one answer
const SLOW = 1500; // then the page says that it waits
const MAX_SHOWN = 60000; // characters of a body that are shown at first

const script = document.querySelector("script[data-messagepack]");

/* The values of a field: of one that may be repeated, those between its commas. */
function valuesOf(field) {
    const text = field.value.trim();
    if (text === "")
        return [];
    return "repeated" in field.dataset ? text.split(",").map((part) => part.trim()).filter(Boolean) : [text];
}

/* The address that the fields make; a field of the path that is empty stays as it is named. */
function addressOf(form) {
    let path = form.closest("[data-path]").dataset.path;
    const query = [];
    for (const field of form.querySelectorAll("[data-in]")) {
        const [first] = valuesOf(field);
        if (field.dataset.in === "path" && first !== undefined)
            path = path.replace(`{${field.name}}`, encodeURIComponent(first));
        else if (field.dataset.in === "query")
            query.push(...valuesOf(field).map((value) =>
                `${encodeURIComponent(field.name)}=${encodeURIComponent(value)}`));
    }
    return path + (query.length > 0 ? `?${query.join("&")}` : "");
}

const acceptOf = (form) => form.querySelector("[data-encoding]").value;

/* For a POSIX shell: nothing is special between single quotes but these. */
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function showCurl(form) {
    const accept = acceptOf(form);
    const header = accept === "application/json" ? "" : ` -H ${quote(`Accept: ${accept}`)}`;
    const end = accept === "application/json" ? "" : " -o answer.msgpack";
    form.querySelector("[data-curl]").textContent =
        `curl -s --globoff${header}${end} ${quote(location.origin + addressOf(form))}`;
}

function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.assign(made, attributes);
    made.append(...children);
    return made;
}

const size = (n) => (n < 1000 ? `${n} B` : n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`);

/* JSON's own marks in colours, by spans. */
function paint(text) {
    const code = element("code", {});
    const pattern = /("(?:[^"\\]|\\.)*")(\s*:)?/g;
    let end = 0;
    for (const match of text.matchAll(pattern)) {
        code.append(text.slice(end, match.index));
        code.append(element("span", { className: match[2] ? "json-key" : "json-text" }, match[1]), match[2] ?? "");
        end = match.index + match[0].length;
    }
    code.append(text.slice(end));
    return code;
}

const asText = (value) => JSON.stringify(value, (key, member) =>
    (typeof member === "bigint" ? member.toString() : member), 2);

async function decode(type, bytes) {
    if (type.startsWith("application/json"))
        return asText(JSON.parse(new TextDecoder().decode(bytes)));
    if (type.startsWith("application/msgpack"))
        return asText((await import(script.dataset.messagepack)).decode(new Uint8Array(bytes)));
    return new TextDecoder().decode(bytes);
}

function bodyOf(text, isPainted) {
    const pre = element("pre", { tabIndex: 0 });
    const shown = text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) : text;
    pre.append(isPainted ? paint(shown) : element("code", {}, shown));
    if (shown.length === text.length)
        return [pre];
    const more = element("button", { type: "button", className: "plain" }, `Show all ${size(text.length)}`);
    more.addEventListener("click", () => {
        pre.replaceChildren(element("code", {}, text));
        more.remove();
    });
    return [pre, more];
}

function headersOf(response) {
    const rows = [...response.headers].map(([name, value]) =>
        element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value)));
    return element("details", {}, element("summary", {}, `${rows.length} headers`),
        element("table", {}, element("tbody", {}, ...rows)));
}

/* The part of the time that the server tells of. */
function serverTime(response) {
    const parts = [...(response.headers.get("Server-Timing") ?? "").matchAll(/dur=([\d.]+)/g)];
    const sum = parts.reduce((total, [, ms]) => total + Number(ms), 0);
    return parts.length > 0 ? `, ${sum.toFixed(3)} ms of it in the server` : "";
}

async function showAnswer(place, response, bytes, milliseconds) {
    const type = response.headers.get("Content-Type") ?? "";
    const coded = response.headers.get("Content-Length");
    const coding = response.headers.get("Content-Encoding");
    const told = element("p", { className: "outcome" },
        element("strong", { className: response.ok ? "good" : "bad" },
            `${response.status} ${response.statusText}`.trim()),
        element("span", {}, `${milliseconds.toFixed(1)} ms${serverTime(response)}`),
        element("span", {}, `${size(bytes.byteLength)}${coding && coded ? `, sent as ${size(Number(coded))} by ${coding}` : ""}`),
        element("span", { className: "quiet" }, response.redirected ? `redirected to ${response.url}` : type));
    let parts;
    try {
        parts = bodyOf(await decode(type, bytes), /json|msgpack/.test(type));
    } catch (error) {
        parts = [element("p", { className: "bad" }, `The body cannot be read as ${type}: ${error.message}`)];
    }
    place.replaceChildren(told, headersOf(response), ...parts);
}

function explain(error) {
    if (error.name === "TimeoutError")
        return `No answer within ${PATIENCE / 1000} seconds. The server may be busy: try again.`;
    return "The server could not be asked: it does not run, or what it sends to is elsewhere and does not let this page read it. The curl line works there, too.";
}

const sayIn = (place, kind, sentence) => place.replaceChildren(element("p", { className: kind }, sentence));

async function ask(form) {
    const place = form.parentElement.querySelector(".answer");
    const button = form.querySelector(".try-bar button");
    const slow = setTimeout(() => sayIn(place, "waiting", "Still waiting for the server …"), SLOW);
    place.hidden = false;
    button.disabled = true;
    const start = performance.now();
    try {
        const response = await fetch(addressOf(form), {
            headers: { Accept: acceptOf(form) }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
        const bytes = await response.arrayBuffer();
        await showAnswer(place, response, bytes, performance.now() - start);
    } catch (error) {
        sayIn(place, "bad", explain(error));
    }
    clearTimeout(slow);
    button.disabled = false;
}

function beginForm(form) {
    form.parentElement.querySelector(".answer").setAttribute("aria-live", "polite");
    form.addEventListener("input", () => showCurl(form));
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        ask(form);
    });
    showCurl(form);
}

/* The list of operations: what has every word somewhere in its card's head or parameters. */
function beginFilter() {
    const box = document.getElementById("docs-filter");
    const found = document.getElementById("docs-found");
    const links = [...document.querySelectorAll("[data-operation]")];
    const texts = new Map(links.map((link) => {
        const card = document.getElementById(link.dataset.operation);
        const names = [...card.querySelectorAll("[data-in]")].map((field) => field.name);
        return [link, `${card.dataset.path} ${link.textContent} ${link.dataset.operation} ${names.join(" ")}`.toLowerCase()];
    }));
    box.addEventListener("input", () => {
        const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
        let n = 0;
        for (const link of links) {
            const has = words.every((word) => texts.get(link).includes(word));
            link.parentElement.hidden = !has;
            document.getElementById(link.dataset.operation).hidden = !has;
            n += has;
        }
        for (const list of document.querySelectorAll(".docs-list ul"))
            list.hidden = list.previousElementSibling.hidden = !list.querySelector("li:not([hidden])");
        for (const group of document.querySelectorAll(".docs-group"))
            group.hidden = !group.querySelector(".operation:not([hidden])");
        found.textContent = words.length === 0 ? "" : `${n} of ${links.length}`;
    });
}

/* Marks in the list what is being read. */
function beginMarking() {
    const links = new Map([...document.querySelectorAll("[data-operation]")].map((link) => [link.dataset.operation, link]));
    const observer = new IntersectionObserver((entries) => {
        for (const { target, isIntersecting } of entries) {
            if (isIntersecting)
                links.get(target.id).setAttribute("aria-current", "true");
            else
                links.get(target.id).removeAttribute("aria-current");
        }
    }, { rootMargin: "-10% 0px -70% 0px" });
    for (const card of document.querySelectorAll(".operation"))
        observer.observe(card);
}

for (const form of document.querySelectorAll("form.try"))
    beginForm(form);
beginFilter();
beginMarking();
