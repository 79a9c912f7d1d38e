// At the start of every document, before the page's own scripts: notes what a page must not do.
window.cratedexProbe = { shifts: [], violations: [], errors: [] };
addEventListener("error", (event) => cratedexProbe.errors.push(event.message));
addEventListener("unhandledrejection", (event) => cratedexProbe.errors.push(String(event.reason)));
addEventListener("securitypolicyviolation", (event) =>
    cratedexProbe.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
        if (!entry.hadRecentInput) {
            const nodes = entry.sources.map((s) => s.node && (s.node.outerHTML || s.node.textContent));
            cratedexProbe.shifts.push(`${entry.value.toFixed(4)}: ${nodes.map((n) => n && n.slice(0, 80))}`);
        }
    }
}).observe({ type: "layout-shift", buffered: true });
