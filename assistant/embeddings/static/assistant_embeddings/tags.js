/* Shows a text area of tags, one a line, as chips. The text area stays what the form sends, and
   stays as it is until a chip is added or removed. */
"use strict";
{
    // Where Python's str.splitlines() ends a line.
    const LINE_ENDS = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

    const split = (text) => [
        ...new Set(text.split(LINE_ENDS).map((tag) => tag.trim()).filter(Boolean)),
    ];

    const element = (name, properties = {}) => Object.assign(document.createElement(name), properties);

    function enhance(textarea) {
        const words = textarea.dataset;
        const label = document.querySelector(`label[for="${textarea.id}"]`);
        const help = document.getElementById(`${textarea.id}_helptext`);
        const box = element("div", { className: "assistant-tags" });
        const list = element("ul", { className: "assistant-tags-chips" });
        const input = element("input", {
            type: "text",
            id: `${textarea.id}_add`,
            className: "vTextField",
            placeholder: words.add,
            autocomplete: "off",
        });
        const status = element("div", { className: "visually-hidden" });
        const toggle = element("button", { type: "button", className: "assistant-tags-switch" });
        let tags = [];

        status.setAttribute("role", "status");
        list.setAttribute("role", "list");
        if (textarea.getAttribute("aria-invalid")) {
            input.setAttribute("aria-invalid", "true");
            input.setAttribute("aria-describedby", `${textarea.id}_error`);
        }

        function chip(tag) {
            const item = element("li", { className: "assistant-tag" });
            const button = element("button", { type: "button", textContent: "\u00d7", title: words.remove });
            button.setAttribute("aria-label", `${words.remove}: ${tag}`);
            button.addEventListener("click", () => remove(item, tag));
            item.append(element("span", { textContent: tag }), button);
            return item;
        }

        function say(word, tag) {
            status.textContent = `${word}: ${tag}`;
        }

        function store() {
            textarea.value = tags.join("\n");
            textarea.dispatchEvent(new Event("change", { bubbles: true }));
        }

        function remove(item, tag) {
            const next = item.nextElementSibling || item.previousElementSibling;
            tags = tags.filter((other) => other !== tag);
            item.remove();
            store();
            say(words.removed, tag);
            (next ? next.querySelector("button") : input).focus();
        }

        function add(text) {
            const count = tags.length;
            for (const item of list.children) {
                item.classList.remove("assistant-tag-double");
            }
            for (const tag of split(text)) {
                const at = tags.indexOf(tag);
                if (at >= 0) {
                    list.children[at].classList.add("assistant-tag-double");
                    list.children[at].scrollIntoView({ block: "nearest" });
                    say(words.double, tag);
                } else {
                    tags.push(tag);
                    list.append(chip(tag));
                    say(words.added, tag);
                }
            }
            if (tags.length > count) {
                store();
            }
        }

        function addTyped() {
            add(input.value);
            input.value = "";
        }

        function show(asChips) {
            if (asChips) {
                tags = split(textarea.value);
                list.replaceChildren(...tags.map(chip));
            }
            for (const part of [list, input]) {
                part.hidden = !asChips;
            }
            textarea.hidden = asChips;
            if (help) {
                help.hidden = asChips; // it is about the text
            }
            toggle.textContent = asChips ? words.asText : words.asChips;
            if (label) {
                label.htmlFor = asChips ? input.id : textarea.id;
            }
        }

        input.addEventListener("keydown", (event) => {
            if (event.isComposing) {
                return;
            }
            if (event.key === "Enter") {
                event.preventDefault(); // it would save the form
                addTyped();
            } else if (event.key === "Backspace" && !input.value && list.lastElementChild) {
                event.preventDefault();
                list.lastElementChild.querySelector("button").focus();
            }
        });
        input.addEventListener("paste", (event) => {
            const text = event.clipboardData.getData("text");
            if (LINE_ENDS.test(text.trim())) {
                event.preventDefault(); // the input would join the lines
                add(text);
            }
        });
        input.addEventListener("change", addTyped); // left with something in it
        toggle.addEventListener("click", () => {
            addTyped();
            show(!textarea.hidden);
            (textarea.hidden ? input : textarea).focus();
        });

        textarea.before(box);
        box.append(list, input, textarea, toggle, status);
        show(true);
    }

    function enhanceAll() {
        for (const textarea of document.querySelectorAll("textarea[data-assistant-tags]")) {
            enhance(textarea);
        }
    }

    if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", enhanceAll);
    } else {
        enhanceAll();
    }
}
