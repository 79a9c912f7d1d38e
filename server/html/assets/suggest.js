/* Suggestions in the search boxes: an editable combobox with list autocomplete (WAI-ARIA Authoring
   Practices 1.2). Focus stays in the box; the option at hand is its aria-activedescendant.

   Every keystroke asks anew and gives the request before up; an answer counts only if nothing was
   asked after it. The list stays as it is until a newer one is there, so that it never flickers.
   Without an answer the box is what it is without this file: a form. */

const LIMIT = 8;
const SLOW_MS = 1200; /* without an answer: say so */
const ANNOUNCE_MS = 400; /* screen readers hear of the list when typing pauses */

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
}

function addressOf(suggestion) {
    const folder = suggestion.kind === "keyword" ? "/keywords/" : "/crates/";
    return folder + encodeURIComponent(suggestion.name);
}

/* The name, with what was typed in it marked; ranges count code points. */
function markedName(suggestion) {
    const characters = Array.from(suggestion.name);
    const name = document.createElement("bdi");
    let at = 0;
    for (const [start, length] of suggestion.highlight) {
        name.append(characters.slice(at, start).join(""));
        name.append(make("mark", {}, characters.slice(start, start + length).join("")));
        at = start + length;
    }
    name.append(characters.slice(at).join(""));
    return name;
}

class Combobox {
    constructor(input) {
        this.input = input;
        this.options = []; /* elements, each with its `address` */
        this.active = -1;
        this.asked = 0; /* the number of the last question */
        this.answered = null; /* the text that the list is for */
        this.list = make("ul", { id: `${input.id}-suggestions`, className: "suggestions", hidden: true });
        this.list.setAttribute("role", "listbox");
        this.list.setAttribute("aria-label", "Suggestions");
        this.note = make("p", { className: "seek-note", hidden: true });
        this.status = make("div", { className: "unseen" });
        this.status.setAttribute("role", "status");
        input.setAttribute("role", "combobox");
        input.setAttribute("aria-autocomplete", "list");
        input.setAttribute("aria-haspopup", "listbox");
        input.setAttribute("aria-controls", this.list.id);
        input.setAttribute("aria-expanded", "false");
        input.after(this.list, this.note, this.status);
        this.listen();
    }

    listen() {
        const input = this.input;
        input.addEventListener("input", (event) => event.isComposing || this.ask());
        input.addEventListener("compositionend", () => this.ask());
        input.addEventListener("keydown", (event) => this.onKey(event));
        input.addEventListener("blur", () => this.rest());
        input.form.addEventListener("submit", () => this.rest());
        window.addEventListener("pagehide", () => this.rest());
        /* A press in the list must not take the focus from the box. */
        this.list.addEventListener("mousedown", (event) => event.preventDefault());
        this.list.addEventListener("click", (event) => this.onClick(event));
    }

    get isOpen() {
        return !this.list.hidden;
    }

    open() {
        this.note.hidden = true;
        this.list.hidden = this.options.length === 0;
        this.input.setAttribute("aria-expanded", String(this.isOpen));
    }

    close() {
        this.activate(-1);
        this.list.hidden = true;
        this.input.setAttribute("aria-expanded", "false");
    }

    /* Gives up what was asked: no answer to it counts any more. */
    giveUp() {
        this.asked++;
        this.controller?.abort();
        clearTimeout(this.slow);
        clearTimeout(this.announcing);
    }

    rest() {
        this.giveUp();
        this.note.hidden = true;
        this.close();
    }

    say(text) {
        clearTimeout(this.announcing);
        this.announcing = setTimeout(() => (this.status.textContent = text), ANNOUNCE_MS);
    }

    complain(text) {
        this.answered = null;
        this.close();
        this.note.textContent = text;
        this.note.hidden = false;
        this.say(text);
    }

    async ask() {
        const text = this.input.value;
        this.giveUp();
        this.activate(-1);
        if (text.trim() === "") return this.show([], text);
        const number = this.asked;
        this.slow = setTimeout(
            () => this.complain("Suggestions are slow just now. Enter searches."),
            SLOW_MS,
        );
        this.controller = new AbortController();
        try {
            const address = `/api/v1/suggest?limit=${LIMIT}&q=${encodeURIComponent(text)}`;
            const response = await fetch(address, { signal: this.controller.signal });
            if (response.status >= 500) throw new Error(response.statusText);
            const answer = response.ok ? await response.json() : { suggestions: [] };
            if (number !== this.asked) return;
            clearTimeout(this.slow);
            this.show(answer.suggestions, text);
        } catch {
            if (number !== this.asked) return;
            clearTimeout(this.slow);
            this.complain("No suggestions just now. Enter searches.");
        }
    }

    show(suggestions, text) {
        this.answered = text;
        this.options = suggestions.map((suggestion, i) => this.optionOf(suggestion, i));
        this.list.replaceChildren(...this.options);
        this.activate(-1);
        this.open();
        if (text.trim() === "") return;
        const n = this.options.length;
        this.say(n === 0 ? "No suggestions" : `${n} suggestion${n === 1 ? "" : "s"}`);
    }

    optionOf(suggestion, i) {
        const kind = suggestion.kind === "keyword" ? "keyword" : compact.format(suggestion.downloads);
        const told = make("span", { className: "quiet small" }, kind);
        if (suggestion.kind !== "keyword")
            told.append(make("span", { className: "unseen" }, " downloads"));
        const option = make("li", { id: `${this.list.id}-${i}` }, markedName(suggestion), told);
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.address = addressOf(suggestion);
        return option;
    }

    activate(i) {
        this.options[this.active]?.setAttribute("aria-selected", "false");
        this.active = i;
        const option = this.options[i];
        if (option === undefined) return this.input.removeAttribute("aria-activedescendant");
        option.setAttribute("aria-selected", "true");
        option.scrollIntoView({ block: "nearest" });
        this.input.setAttribute("aria-activedescendant", option.id);
    }

    /* By one option down or up, round by the ends. */
    move(step) {
        if (!this.isOpen && this.answered !== this.input.value) return void this.ask();
        const n = this.options.length;
        if (n === 0) return;
        const isFirst = this.active < 0;
        this.open();
        this.activate(isFirst ? (step > 0 ? 0 : n - 1) : (this.active + step + n) % n);
    }

    onKey(event) {
        if (event.isComposing || event.ctrlKey || event.metaKey) return;
        switch (event.key) {
            case "ArrowDown":
            case "ArrowUp":
                event.preventDefault();
                if (!event.altKey) return this.move(event.key === "ArrowDown" ? 1 : -1);
                return event.key === "ArrowUp" ? this.close() : this.isOpen || void this.ask();
            case "Enter":
                if (!this.isOpen || this.active < 0) return;
                event.preventDefault();
                return this.go(this.options[this.active]);
            case "Escape":
                /* The second one clears the box, as the browser has it. */
                if (!this.isOpen && this.note.hidden) return;
                event.preventDefault();
                return this.rest();
            case "Home":
            case "End":
            case "ArrowLeft":
            case "ArrowRight":
                return this.activate(-1); /* the caret moves: back to the text */
        }
    }

    onClick(event) {
        const option = event.target.closest('[role="option"]');
        if (option === null) return;
        if (event.ctrlKey || event.metaKey) window.open(option.address, "_blank", "noopener");
        else this.go(option);
    }

    go(option) {
        const address = option.address;
        this.rest();
        window.location.assign(address);
    }
}

function isTyping(element) {
    return element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
}

const box = document.querySelector('.seek input[name="q"]');
if (box !== null) {
    const key = make("kbd", { className: "seek-key" }, "/");
    key.setAttribute("aria-hidden", "true");
    box.after(key);
    box.setAttribute("aria-keyshortcuts", "/");
    new Combobox(box);
    document.addEventListener("keydown", (event) => {
        const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
        if (event.key !== "/" || !isPlain || isTyping(event.target)) return;
        event.preventDefault();
        box.focus();
        box.select();
    });
}
