/* The charts of the status page: SVG, made once and changed from then on. They are as wide as there
   is room, so that text keeps its size. */
const SVG = "http://www.w3.org/2000/svg";
const LEFT = 44;
const BOTTOM = 24;
const TOP = 10;

function make(name, attributes, parent) {
    const element = document.createElementNS(SVG, name);
    set(element, attributes);
    parent?.append(element);
    return element;
}

function set(element, attributes) {
    for (const [name, value] of Object.entries(attributes))
        element.setAttribute(name, value);
}

/* 1, 2 or 5 times a power of ten that is not below `value`. */
function niceCeiling(value) {
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999);
}

/* A chart in a figure: `draw(frame)` is called when there is something new, or another width. */
class Chart {
    constructor(figure, height, label) {
        this.svg = make("svg", { role: "img", "aria-label": label, height }, figure.querySelector(".plot"));
        this.height = height;
        this.texts = make("g", {}, this.svg);
        new ResizeObserver(() => requestAnimationFrame(() => this.fit())).observe(figure);
    }

    fit() {
        if (this.svg.parentElement.clientWidth !== this.width)
            this.redraw();
    }

    redraw() {
        this.width = this.svg.parentElement.clientWidth;
        if (this.width === 0 || this.data === undefined)
            return;
        set(this.svg, { viewBox: `0 0 ${this.width} ${this.height}` });
        this.texts.replaceChildren();
        this.draw();
    }

    show(data) {
        this.data = data;
        this.redraw();
    }

    x(share) {
        return LEFT + share * (this.width - LEFT);
    }

    y(share) {
        return this.height - BOTTOM - share * (this.height - BOTTOM - TOP);
    }

    /* Three lines across with what they stand for. */
    drawScale(label) {
        for (const share of [0, 0.5, 1]) {
            const y = this.y(share);
            make("line", { class: share === 0 ? "axis" : "grid", x1: LEFT, x2: this.width, y1: y, y2: y },
                this.texts);
            make("text", { x: LEFT - 8, y: y + 4, "text-anchor": "end" }, this.texts)
                .textContent = label(share);
        }
    }

    drawLabel(share, text, anchor) {
        make("text", { x: this.x(share), y: this.height - 6, "text-anchor": anchor }, this.texts)
            .textContent = text;
    }
}

/* Hits, misses and other answers a second, one on the other. Data: { span, rows }, rows of { ago,
   hit, miss, none }, the oldest first, each for the time until the next. */
export class RateChart extends Chart {
    constructor(figure) {
        super(figure, 190, "Requests a second over the last minutes");
        this.areas = ["none", "miss", "hit"].map((kind) => make("path", { class: kind }, this.svg));
    }

    draw() {
        const { span, rows } = this.data;
        const largest = Math.max(1, ...rows.map((row) => row.hit + row.miss + row.none));
        const top = niceCeiling(largest);
        this.drawScale((share) => (share * top).toLocaleString("en", { maximumFractionDigits: 1 }));
        const minutes = Math.round(span / 60);
        const every = this.width < 480 ? minutes : 1;
        for (let minute = minutes; minute >= 0; minute -= every)
            this.drawLabel(1 - minute / minutes, minute === 0 ? "now" : `${minute} min`,
                minute === minutes ? "start" : minute === 0 ? "end" : "middle");
        const kinds = ["hit", "miss", "none"];
        this.areas.forEach((area, i) => {
            const counted = kinds.slice(0, kinds.length - i);
            const height = (row) => counted.reduce((sum, kind) => sum + row[kind], 0) / top;
            area.setAttribute("d", this.steps(rows, span, height));
        });
    }

    steps(rows, span, height) {
        if (rows.length === 0)
            return "";
        const place = (ago) => this.x(1 - ago / span).toFixed(1);
        let path = `M${place(rows[0].ago + rows[0].seconds)} ${this.y(0)}`;
        for (const row of rows)
            path += `V${this.y(height(row)).toFixed(1)}H${place(row.ago)}`;
        return `${path}V${this.y(0)}Z`;
    }
}

/* A time in microseconds. */
export function time(microseconds) {
    if (microseconds < 1e3)
        return `${Math.round(microseconds)} µs`;
    const [value, unit] = microseconds < 1e6 ? [microseconds / 1e3, "ms"] : [microseconds / 1e6, "s"];
    return `${Number(value.toPrecision(3))} ${unit}`;
}

/* How many of the hits and of the misses took how long. Data: { bounds, hit, miss }, counts. */
export class LatencyChart extends Chart {
    constructor(figure) {
        super(figure, 190, "Share of answers by their time");
        this.bars = make("g", {}, this.svg);
    }

    draw() {
        const { bounds, hit, miss } = this.data;
        const total = (counts) => counts.reduce((sum, n) => sum + n, 0);
        const used = [...hit.keys()].filter((i) => hit[i] + miss[i] > 0);
        const first = Math.max(0, Math.min(...used, 4) - 1);
        const last = Math.min(bounds.length, Math.max(...used, 8) + 1);
        const n = last - first + 1;
        const shares = { hit: hit.map((k) => k / total(hit)), miss: miss.map((k) => k / total(miss)) };
        const top = niceCeiling(Math.max(0.1, ...shares.hit.concat(shares.miss).filter(Number.isFinite)));
        this.drawScale((share) => `${Math.round(share * top * 100)} %`);
        this.bars.replaceChildren();
        const every = this.width < 480 ? 3 : this.width < 800 ? 2 : 1;
        for (let i = first; i <= last; i++) {
            const from = (i - first) / n;
            this.drawBar("hit", from + 0.12 / n, 0.36 / n, shares.hit[i], top, hit[i], bounds, i);
            this.drawBar("miss", from + 0.5 / n, 0.36 / n, shares.miss[i], top, miss[i], bounds, i);
            if (i < last && (i - first) % every === 0)
                this.drawLabel(from + 1 / n, time(bounds[i]), "middle");
        }
    }

    drawBar(kind, from, width, share, top, count, bounds, i) {
        if (!(share > 0))
            return;
        const y = this.y(share / top);
        const bar = make("rect", {
            class: kind, rx: 1.5, x: this.x(from), width: width * (this.width - LEFT),
            y: Math.min(y, this.y(0) - 1), height: Math.max(1, this.y(0) - y),
        }, this.bars);
        const limit = i < bounds.length ? `up to ${time(bounds[i])}` : `above ${time(bounds.at(-1))}`;
        make("title", {}, bar).textContent =
            `${count.toLocaleString("en")} ${kind === "hit" ? "hits" : "misses"}, ${limit}`;
    }
}
