"""What the check says of the ASSISTANT setting."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from assistant.conf import conf
from assistant.db.checks.assistant_setting import check_assistant_setting


@pytest.mark.parametrize("value", [{}, {"LIST_PAGE_SIZE": 10, "SECRET_NAMES": ["pin"]}])
def test_what_is_right_passes(settings, value):
    settings.ASSISTANT = value

    assert check_assistant_setting() == []


def test_without_the_setting_nothing_is_wrong(settings):
    settings.ASSISTANT = {}
    del settings.ASSISTANT

    assert check_assistant_setting() == []


@pytest.mark.parametrize("key", ["LIST_PAGESIZE", "LIST_PAGE_SIZES", "list_page_size"])
def test_a_key_with_a_slip_gets_a_suggestion(settings, key):
    settings.ASSISTANT = {key: 10}

    (error,) = check_assistant_setting()

    assert error.id == "assistant.E001"
    assert f"ASSISTANT[{key!r}]" in error.msg
    assert error.hint == "Did you mean 'LIST_PAGE_SIZE'?"


@pytest.mark.parametrize("key", ["COLOUR", "", 1, None, ("LIST_PAGE_SIZE",)])
def test_a_key_like_none_gets_the_list(settings, key):
    settings.ASSISTANT = {key: 10}

    (error,) = check_assistant_setting()

    assert error.id == "assistant.E001"
    assert all(setting.name in error.hint for setting in conf)


def test_a_wrong_value_is_told_as_on_access(settings):
    settings.ASSISTANT = {"LIST_PAGE_SIZE": "many"}

    (error,) = check_assistant_setting()

    assert error.id == "assistant.E002"
    assert error.hint == "Rows on one page of a list in the admin. Without the key it is 50."
    with pytest.raises(ImproperlyConfigured) as raised:
        conf.LIST_PAGE_SIZE  # noqa: B018
    assert error.msg == str(raised.value)


def test_no_dictionary_is_told_as_on_access(settings):
    settings.ASSISTANT = ["LIST_PAGE_SIZE"]

    (error,) = check_assistant_setting()

    assert error.id == "assistant.E003"
    assert error.msg == "ASSISTANT is ['LIST_PAGE_SIZE']: a dictionary is expected."


def test_all_mistakes_are_told_at_once_by_djangos_checks(settings):
    settings.ASSISTANT = {"LIST_PAGE_SIZE": 0, "NO": 1, 2: 2}

    found = [problem.id for problem in run_checks() if problem.id.startswith("assistant.")]

    assert sorted(found) == ["assistant.E001", "assistant.E001", "assistant.E002"]
