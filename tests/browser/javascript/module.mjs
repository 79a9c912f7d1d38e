/* Modules of the pages, as they stand there. Their files end in .js, which node takes for something else. */
import { readFileSync } from "node:fs";

export function load(name) {
    const file = new URL(`../../../server/html/assets/${name}.js`, import.meta.url);
    return import(`data:text/javascript;base64,${readFileSync(file).toString("base64")}`);
}
