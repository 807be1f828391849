"""Dark pages, and pages on a phone."""

from assistant.conversations.models import Conversation
from tests import factories
from tests.browser.person import PHONE, Person
from tests.db.admin.pages import TABLES

# What reaches out of the window to the right, with nothing around it that scrolls.
TOO_WIDE = """
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) {
        return [];
    }
    const reachesOut = (element) => element.getBoundingClientRect().right > width + 0.5;
    const isCut = (element) => element.parentElement !== null && (
        getComputedStyle(element.parentElement).overflowX !== "visible" ||
        isCut(element.parentElement)
    );
    return [...document.querySelectorAll("#container *")]
        .filter((element) => reachesOut(element) && !isCut(element))
        .map((element) => element.cloneNode().outerHTML)
        .concat([`${document.documentElement.scrollWidth} pixels wide`]);
"""

CODE = "```python\n" + "x = " + " + ".join(["something_long"] * 20) + "\n```"
TABLE = "\n".join(["|" + "a column|" * 12, "|" + "---|" * 12, "|" + "a value|" * 12])


def fill_tables() -> Conversation:
    for table in TABLES.values():
        table.make()
    conversation = factories.make_conversation(title="w" * 200)
    for content in (CODE, TABLE, "w" * 300, "https://host.example/" + "p" * 200):
        factories.make_message(conversation=conversation, content=content, model_name="m" * 90)
    factories.make_document(title="t" * 200, tags=["g" * 90, "short"], source="s" * 200)
    factories.make_setting(key="k" * 90, value={"a": ["v" * 200]}, description="d" * 300)
    return conversation


def test_the_theme_is_switched_and_kept(root: Person) -> None:
    colour = "return getComputedStyle(document.body).backgroundColor"
    conversation = fill_tables()
    root.open(conversation)
    colours = {root.run("return document.documentElement.dataset.theme"): root.run(colour)}

    for _theme in range(2):
        root.click(".theme-toggle")
        colours[root.run("return document.documentElement.dataset.theme")] = root.run(colour)

    assert set(colours) == {"auto", "light", "dark"}
    assert colours["light"] != colours["dark"]
    chosen = root.run("return document.documentElement.dataset.theme")
    root.open("/admin/")
    assert root.run("return document.documentElement.dataset.theme") == chosen
    assert root.run(colour) == colours[chosen]


def test_a_phone_scrolls_no_page_sideways(root: Person) -> None:
    conversation = fill_tables()
    root.resize(*PHONE)

    root.open(conversation)
    assert len(root.all(".thread-message")) == 4
    assert root.run("return innerWidth") == 400
    too_wide = {"thread": root.run(TOO_WIDE)}
    root.open("/admin/")
    too_wide["index"] = root.run(TOO_WIDE)
    for name, table in TABLES.items():
        root.open_list(table.model)
        too_wide[name] = root.run(TOO_WIDE)
    assert {name: found for name, found in too_wide.items() if found} == {}
