"use strict";
// Gives a setting's value the input of the chosen kind at once. Without this the server reads
// whatever is in the input as that kind.
{
    const inputs = {
        text() {
            const area = document.createElement("textarea");
            area.className = "vLargeTextField";
            area.rows = 3;
            return area;
        },
        json() {
            const area = inputs.text();
            area.rows = 10;
            area.spellcheck = false;
            return area;
        },
        number() {
            const input = document.createElement("input");
            input.type = "number";
            input.step = "any";
            input.className = "vTextField";
            return input;
        },
        boolean(select) {
            const choice = document.createElement("select");
            const labels = {"": "---------", "true": select.dataset.yes, "false": select.dataset.no};
            for (const [value, label] of Object.entries(labels)) {
                choice.add(new Option(label, value));
            }
            return choice;
        },
        null(select) {
            const input = document.createElement("input");
            input.type = "text";
            input.className = "vTextField";
            input.disabled = true;
            input.placeholder = select.dataset.nothing;
            return input;
        },
    };

    // A text of JSON is quoted, elsewhere it is not. Numbers stay texts: a double would round them.
    function converted(text, from, to) {
        if (to === "json" && from === "text" && text) {
            return JSON.stringify(text);
        }
        if (to === "text" && from === "json") {
            try {
                const value = JSON.parse(text);
                return typeof value === "string" ? value : text;
            } catch {
                return text;
            }
        }
        return text;
    }

    function enhance(select) {
        const typed = {};
        let kind = select.value;
        select.addEventListener("change", () => {
            const old = document.getElementById(select.id.replace(/_0$/, "_1"));
            typed[kind] = old.value;
            const input = inputs[select.value](select);
            input.id = old.id;
            input.name = old.name;
            for (const name of ["aria-describedby", "aria-invalid", "autocomplete"]) {
                if (old.hasAttribute(name)) {
                    input.setAttribute(name, old.getAttribute(name));
                }
            }
            input.value = typed[select.value] ?? converted(old.value, kind, select.value);
            if (input.tagName === "SELECT" && input.selectedIndex < 0) {
                input.value = "";
            }
            old.replaceWith(input);
            kind = select.value;
        });
    }

    document.addEventListener("DOMContentLoaded", () => {
        document.querySelectorAll("select.assistant-value-kind").forEach(enhance);
    });
}
