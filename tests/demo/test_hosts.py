"""The demo data in projects with users of their own, and with some of the apps only."""

import pytest

from tests.contract import rows
from tests.contract.databases import connect
from tests.demo.support import dump, run

HOSTS = [
    pytest.param("tests.contract.host.django_user", id="Django's users"),
    pytest.param("tests.contract.host.own_user", id="its own users"),
    pytest.param("tests.demo.hosts.conversations_only", id="conversations only"),
]
TAKEN = {
    "auth_user": (
        "INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email,"
        " is_staff, is_active, date_joined)"
        " VALUES ('', false, 'tom.okafor@demo.example', '', '', '', false, true, now())"
    ),
    "people": "INSERT INTO people VALUES ('', NULL, 'tom.okafor@demo.example')",
}


@pytest.mark.parametrize("host", HOSTS)
def test_loaded_twice_and_removed(empty, host):
    migrated = run(host, empty, "migrate", "--verbosity=0")
    assert migrated.returncode == 0, migrated.stderr
    users = "people" if host.endswith("own_user") else "auth_user"
    with connect(empty, autocommit=True) as client:
        client.execute(TAKEN[users])
    before = dump(empty)

    first = run(host, empty, "load_demo")
    loaded = dump(empty)
    second = run(host, empty, "load_demo")

    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert "the demo's is tom.okafor2@demo.example" in first.stdout
    assert "nothing is missing" in second.stdout
    assert dump(empty) == loaded
    assert len(loaded[users]) >= 7
    with connect(empty) as client:
        assert rows.scalar(client, "SELECT count(*) FROM messages") >= 400

    removed = run(host, empty, "load_demo", "--remove")

    assert removed.returncode == 0, removed.stderr
    assert dump(empty) == before


def test_an_edited_conversation_cannot_pass_another_user_off_as_the_demos(empty):
    host = "tests.contract.host.django_user"
    assert run(host, empty, "migrate", "--verbosity=0").returncode == 0
    assert run(host, empty, "load_demo").returncode == 0
    with connect(empty, autocommit=True) as client:
        boss = rows.scalar(
            client, TAKEN["auth_user"].replace("tom.okafor@demo", "boss@real") + " RETURNING id"
        )
        client.execute(
            "UPDATE conversations"
            " SET metadata = jsonb_set(metadata, '{demo,user}', to_jsonb(%s::text))",
            [str(boss)],
        )

    removed = run(host, empty, "load_demo", "--remove")

    assert removed.returncode == 0, removed.stderr
    with connect(empty) as client:
        assert rows.scalar(client, f"SELECT count(*) FROM auth_user WHERE id = {boss}") == 1
        assert rows.scalar(client, "SELECT count(*) FROM conversations") == 0


def test_users_that_nothing_tells_from_others_are_named(empty):
    host = "tests.contract.host.django_user"
    assert run(host, empty, "migrate", "--verbosity=0").returncode == 0
    assert run(host, empty, "load_demo").returncode == 0
    with connect(empty, autocommit=True) as client:
        client.execute("DELETE FROM conversations")

    removed = run(host, empty, "load_demo", "--remove")

    assert removed.returncode == 0, removed.stderr
    assert "aiko.tanaka@demo.example, diego.fuentes@demo.example" in removed.stdout


@pytest.mark.parametrize(
    "host, said",
    [
        ("tests.contract.host.django_user", "Run manage.py migrate first"),
        ("tests.demo.hosts.settings_only", 'add "assistant.conversations" to INSTALLED_APPS'),
    ],
    ids=["nothing migrated", "without conversations"],
)
@pytest.mark.parametrize("arguments", [[], ["--remove"]], ids=["load", "remove"])
def test_it_says_in_one_line_why_not(empty, host, said, arguments):
    result = run(host, empty, "load_demo", *arguments)

    assert result.returncode == 1
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
