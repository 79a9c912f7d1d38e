/* How long the server took, which it says beside the page (Server-Timing): in the page it would be
   another page each time. */
const figure = new Intl.NumberFormat("en");

function told(navigation) {
    const timing = new Map(navigation.serverTiming.map((entry) => [entry.name, entry]));
    if (navigation.transferSize === 0) return "from your browser's cache";
    if (timing.get("cache")?.description === "hit") return "from the server's cache";
    const milliseconds = ["search", "assemble"].map((name) => timing.get(name)?.duration);
    if (milliseconds.includes(undefined)) return "";
    const [search, all] = [milliseconds[0], milliseconds[0] + milliseconds[1]];
    const inMicroseconds = (duration) => figure.format(Math.round(duration * 1000));
    return `${inMicroseconds(search)} µs search · ${inMicroseconds(all)} µs page`;
}

const place = document.getElementById("took");
const [navigation] = performance.getEntriesByType("navigation");
if (place !== null && navigation?.serverTiming !== undefined)
    place.textContent = told(navigation);
