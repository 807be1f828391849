"""Staff that may only view find no way to change anything."""

from tests.browser.person import Person
from tests.db.admin.pages import TABLES

# Forms but the search's and the log-out's, where they have something to send; links to pages that
# change something.
WAYS_TO_CHANGE = """
    const ways = [];
    for (const form of document.forms) {
        if (form.method === "post" && form.id !== "logout-form") {
            for (const control of form.elements) {
                if (!["hidden", "fieldset"].includes(control.type) && !control.readOnly) {
                    ways.push(control.outerHTML);
                }
            }
        }
    }
    for (const link of document.links) {
        if (/\\/(add|delete|password)\\//.test(link.pathname)) {
            ways.push(link.outerHTML);
        }
    }
    return ways;
"""


def test_a_viewer_sees_every_page_and_changes_nothing(viewer: Person) -> None:
    rows = {name: table.make() for name, table in TABLES.items()}

    viewer.open("/admin/")
    lists = [link.get_property("pathname") for link in viewer.all("#content-main th a")]
    assert len(lists) >= len(TABLES)
    assert viewer.run(WAYS_TO_CHANGE) == []
    for path in lists:
        viewer.open(path)
        assert viewer.text_of("#content h1"), path
        assert viewer.run(WAYS_TO_CHANGE) == [], path

    for name, row in rows.items():
        for kind in ("change", "history"):
            viewer.open(row, kind)
            assert viewer.run(WAYS_TO_CHANGE) == [], (name, kind)


def test_others_find_ways(root: Person) -> None:
    for name, table in TABLES.items():
        root.open(table.make())
        ways = [way for way in root.run(WAYS_TO_CHANGE) if 'name="_save"' in way]
        assert bool(ways) is table.writable, name
