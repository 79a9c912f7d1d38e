// Buttons that copy the text of the element that data-copy names. Without this script they are
// hidden. Where the clipboard is refused, as over plain http, the text is selected, so that
// a key stroke copies it. What happened is said in the element that has data-copied.
const said = document.querySelector("[data-copied]");
const SHOWN_FOR = 2000;

function select(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
}

function show(button, label, sentence) {
    button.firstChild.data = label;
    said.textContent = sentence;
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
        button.firstChild.data = "Copy";
        said.textContent = "";
    }, SHOWN_FOR);
}

async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    try {
        await navigator.clipboard.writeText(source.textContent);
        show(button, "Copied", "copied");
    } catch {
        select(source);
        const isCopied = document.execCommand("copy");
        if (isCopied)
            show(button, "Copied", "copied");
        else
            show(button, "Selected", "selected: copy it by your keyboard");
    }
}

for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
}
