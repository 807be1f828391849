"""Each app alone, with what it needs and nothing else."""

import pytest

from tests.contract import catalog
from tests.contract.databases import connect
from tests.reuse.conftest import MakeProject

USERS = "django.contrib.auth django.contrib.contenttypes "
POSTGRES = "django.contrib.postgres "
PARTS = {
    "schema": "assistant.schema",
    "settings": "assistant.settings",
    "conversations": USERS + POSTGRES + "assistant.conversations",
    "embeddings": USERS + POSTGRES + "assistant.conversations assistant.embeddings",
}
# Embeddings depend on conversations, so they go with them.
GONE_WITH = {
    "schema": "schema",
    "settings": "settings",
    "conversations": "conversations",
    "embeddings": "conversations",
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_alone(project: MakeProject, empty: str, part: str) -> None:
    host = project("parts", variables={"HOST_APPS": PARTS[part]})

    host.manage("migrate", "--verbosity=0")
    said = host.commands("check --database default", "makemigrations --check --dry-run")
    assert "no issues" in said
    assert "No changes detected" in said
    host.script(f"use_{part}.py")

    host.commands(f"migrate assistant_{GONE_WITH[part]} zero --verbosity=0")
    with connect(empty) as client:
        left = {name.partition("_")[0] for name in catalog.read(client, "columns")}
        assert left <= {"auth", "django"}
        assert catalog.read(client, "functions") == {}


def test_the_admin_pages_of_parts_alone(project: MakeProject) -> None:
    pages = "django.contrib.admin django.contrib.sessions django.contrib.messages "
    ours = POSTGRES + "assistant.settings assistant.conversations"
    host = project("parts", variables={"HOST_APPS": USERS + pages + ours})

    assert "no issues" in host.commands("migrate --verbosity=0", "check")
    host.script("use_admin.py")


def test_a_part_that_lacks_what_it_needs_says_so(project: MakeProject) -> None:
    host = project("parts", variables={"HOST_APPS": USERS + "assistant.embeddings"})

    assert "assistant_conversations.Conversation" in host.manage("check", fails=True)
