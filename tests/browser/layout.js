// The faults of a page's layout at the present width, each in words: arguments[0] is the smallest target in CSS pixels.
// A line of text stays in its block, unless that scrolls or cuts it. Text overlaps text where two of its lines' boxes do, a quarter less high than they are: fonts' own boxes touch. A target
// may be smaller in a line of text, or where a circle as wide about its middle meets no other target (WCAG 2.2, 2.5.8).
const smallest = arguments[0];
const faults = [];
const name = (element) => {
    const text = (element.innerText || element.value || "").trim().replace(/\s+/g, " ").slice(0, 30);
    const id = element.id ? `#${element.id}` : element.className && typeof element.className === "string"
        ? `.${element.className.split(" ")[0]}` : "";
    return `${element.localName}${id} "${text}"`;
};
const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
const width = document.documentElement.clientWidth;

// What scrolls or is cut inside of a box of its own does not widen the page.
const clips = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
        if (getComputedStyle(box).overflowX !== "visible") return box;
    }
    return null;
};
if (document.documentElement.scrollWidth > width) {
    const wide = [...document.body.querySelectorAll("*")].filter((element) => isShown(element)
        && element.getBoundingClientRect().right + scrollX > width + 0.5 && !clips(element.parentElement));
    faults.push(`is ${document.documentElement.scrollWidth} px wide: ${wide.slice(-3).map(name).join(", ")}`);
}

const blockOf = (element) => {
    while (getComputedStyle(element).display.startsWith("inline")) element = element.parentElement;
    return element;
};

const lines = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const range = document.createRange();
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !isShown(element) || element.closest("svg, option, script, style")) continue;
    const box = clips(element)?.getBoundingClientRect();
    const block = blockOf(element).getBoundingClientRect();
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
        const line = { left: r.left, right: r.right, top: r.top + r.height / 8, bottom: r.bottom - r.height / 8, element };
        if (box) {
            line.left = Math.max(line.left, box.left);
            line.right = Math.min(line.right, box.right);
            line.top = Math.max(line.top, box.top);
            line.bottom = Math.min(line.bottom, box.bottom);
        }
        if (line.right - line.left > 2 && line.bottom - line.top > 2) lines.push(line);
        if (!box && (r.right > block.right + 1 || r.left < block.left - 1)) {
            faults.push(`${name(element)} sticks out of its block by ${Math.max(r.right - block.right, block.left - r.left)} px`);
        }
    }
}
lines.sort((a, b) => a.top - b.top);
lines.forEach((one, i) => {
    for (let k = i + 1; k < lines.length && lines[k].top < one.bottom - 1; k++) {
        const other = lines[k];
        if (one.left < other.right - 1 && other.left < one.right - 1) {
            faults.push(`${name(one.element)} lies over ${name(other.element)}`);
        }
    }
});

const selector = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=option], [tabindex='0']";
// A screen reader's and a skip link lie outside until they have the focus; a label is a part of its control's target.
const isScrolledAway = (element, box) => {
    const frame = clips(element.parentElement)?.getBoundingClientRect();
    return frame && (box.top >= frame.bottom || box.bottom <= frame.top || box.left >= frame.right || box.right <= frame.left);
};
const targets = [...document.querySelectorAll(selector)].filter(isShown).map((element) => {
    const boxes = [element, ...(element.labels || [])].map((e) => e.getBoundingClientRect());
    const best = boxes.reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a));
    return { element, box: best, x: best.left + best.width / 2, y: best.top + best.height / 2 };
}).filter(({ element, box }) => box.width > 0 && box.right + scrollX > 0 && box.bottom + scrollY > 0 && !isScrolledAway(element, box));
const isSmall = ({ box }) => box.width < smallest - 0.5 || box.height < smallest - 0.5;
const isInText = ({ element }) => {
    const block = element.closest("p, li, dd, td, th, figcaption, blockquote, h1, h2, h3, h4, summary, label");
    if (!block || getComputedStyle(element).display !== "inline") return false;
    const own = (element.innerText || "").trim().length;
    return block.innerText.trim().length > own && [...block.childNodes].some((node) =>
        node.nodeType === Node.TEXT_NODE && /\w/.test(node.data));
};
const distance = ({ x, y }, { left, right, top, bottom }) =>
    Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
for (const target of targets.filter(isSmall)) {
    if (isInText(target)) continue;
    const near = targets.find((other) => other.element !== target.element && !other.element.contains(target.element)
        && !target.element.contains(other.element) && (distance(target, other.box) < smallest / 2 - 0.5
            || (isSmall(other) && Math.hypot(target.x - other.x, target.y - other.y) < smallest - 0.5)));
    if (near) {
        const { width: w, height: h } = target.box;
        faults.push(`${name(target.element)} is ${w.toFixed(0)} by ${h.toFixed(0)} px, close to ${name(near.element)}`);
    }
}
return [...new Set(faults)];
