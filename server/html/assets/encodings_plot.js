/* One plot for one figure: a lane for each encoding, a dot for each value, and over them the median
   with its interval. The encodings differ in shape as well as in colour. All looks are classes of
   encodings.css. */

const SVG = "http://www.w3.org/2000/svg";
const LANE = 58; // px, of which the label takes the upper part
const LABEL = 20;
const MARGIN = { left: 8, right: 14, top: 4, axis: 24 };
const SPREADS_SHOWN = 3; // beyond the upper quartile; values further away stand at the edge
const PIXELS_PER_TICK = 90;

const LANES = [["json", "JSON"], ["msgpack", "MessagePack"]];

function element(name, attributes, ...children) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes))
        made.setAttribute(key, value);
    made.append(...children);
    return made;
}

/* A step of 1, 2 or 5 times a power of ten, so that about `n` of them make `range`. */
export function niceStep(range, n) {
    const rough = range / Math.max(n, 1);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find((factor) => factor * power >= rough);
    return step * power;
}

/* What the axis shows of several lists: what is no more than three times the distance of the
   quartiles beyond the upper one (Tukey's outer fence), from 0, unless all lie in the upper
   half. */
export function rangeOf(lists, quantile) {
    const high = Math.max(...lists.map((values) => {
        const [lower, upper] = [0.25, 0.75].map((share) => quantile(values, share));
        return Math.min(Math.max(...values), upper + SPREADS_SHOWN * (upper - lower));
    })) * 1.06 || 1;
    const low = Math.min(...lists.flat()) * 0.94;
    return { low: low < high / 2 ? 0 : low, high };
}

/* Spreads dots of the same value over the lane, the same each time. */
function spread(i) {
    return ((i * 0.618034) % 1 - 0.5) * (LANE - LABEL - 14);
}

function mark(encoding, x, y) {
    return encoding === "json"
        ? element("circle", { cx: x, cy: y, r: 3 })
        : element("path", { d: `M${x} ${y - 4}l4 4l-4 4l-4 -4z` });
}

function lane(figure, encoding, label, top, scale) {
    const middle = top + LABEL + (LANE - LABEL) / 2;
    const group = element("g", { class: encoding });
    const values = figure.dots[encoding];
    const dots = element("g", { class: "dots" });
    let nBeyond = 0;
    values.forEach((value, i) => {
        const y = (middle + spread(i)).toFixed(1);
        if (value <= scale.range.high) {
            dots.append(mark(encoding, scale(value).toFixed(1), Number(y)));
        } else {
            nBeyond++;
            dots.append(element("path",
                { d: `M${scale.right - 5} ${y - 4}l6 4l-6 4`, class: "beyond" }));
        }
    });
    const { median, low, high } = figure[encoding];
    group.append(element("text", { x: MARGIN.left, y: top + 14, class: "lane" }, label), dots);
    if (low !== null)
        group.append(element("rect", {
            class: "interval",
            x: scale(low), y: middle - 15, height: 30, rx: 3,
            width: Math.max(2, scale(Math.min(high, scale.range.high)) - scale(low)),
        }));
    group.append(element("path",
        { class: "median", d: `M${scale(median).toFixed(1)} ${middle - 19}v38` }));
    if (nBeyond > 0)
        group.append(element("text",
            { x: scale.right, y: top + 14, class: "beyond-label", "text-anchor": "end" },
            `${nBeyond} beyond`));
    return group;
}

function axis(scale, unit, height) {
    const { low, high } = scale.range;
    const nTicks = Math.floor((scale.right - MARGIN.left) / PIXELS_PER_TICK);
    const step = niceStep((high - low) * unit.scale, nTicks) / unit.scale;
    const group = element("g", { class: "axis" });
    for (let i = Math.ceil(low / step); i * step <= high; i++) {
        const x = scale(i * step).toFixed(1);
        const text = Number((i * step * unit.scale).toPrecision(6)).toLocaleString("en");
        group.append(
            element("path", { d: `M${x} ${MARGIN.top}V${height - MARGIN.axis}` }),
            element("text", { x, y: height - 8, "text-anchor": "middle" }, text));
    }
    return group;
}

/* The plot as an SVG element of that width in px. `description` says in words what it shows;
   `unit` is that of the figure (encodings_report.js); `quantile` that of statistics.js. */
export function plot(figure, unit, width, description, quantile) {
    const height = MARGIN.top + LANES.length * LANE + MARGIN.axis;
    const range = rangeOf([figure.dots.json, figure.dots.msgpack], quantile);
    const right = width - MARGIN.right;
    const scale = (value) => MARGIN.left + 6 +
        (Math.min(value, range.high) - range.low) / (range.high - range.low) *
        (right - MARGIN.left - 6);
    Object.assign(scale, { range, right });
    return element("svg",
        { class: "plot", width, height, viewBox: `0 0 ${width} ${height}`, role: "img",
          "aria-label": description },
        axis(scale, unit, height),
        ...LANES.map(([encoding, label], i) =>
            lane(figure, encoding, label, MARGIN.top + i * LANE, scale)));
}
