// A button beside each text with data-copy, which says what the text is, copies it: without scripts
// there is none. Where the clipboard is refused, as over plain http, the text is selected and
// copied as by a key; where that is refused, too, it stays selected. The element with data-copied,
// a live region, says what happened.
const region = document.querySelector("[data-copied]");
const SHOWN_FOR = 2000;
let timer;

function select(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
}

async function copy(text) {
    try {
        await navigator.clipboard.writeText(text.textContent);
        return true;
    } catch {
        select(text);
        return document.execCommand("copy");
    }
}

function say(label, isCopied) {
    label.data = isCopied ? "Copied" : "Selected";
    region.textContent = isCopied ? "copied" : "selected, to be copied by the keyboard";
    clearTimeout(timer);
    timer = setTimeout(() => {
        for (const button of document.querySelectorAll(".copy"))
            button.firstChild.data = "Copy";
        region.textContent = "";
    }, SHOWN_FOR);
}

for (const text of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    const label = document.createTextNode("Copy");
    const what = document.createElement("span");
    button.type = "button";
    button.className = "plain copy";
    what.className = "unseen";
    what.textContent = " " + text.dataset.copy;
    button.append(label, what);
    button.addEventListener("click", async () => say(label, await copy(text)));
    text.parentElement.after(button);
}
