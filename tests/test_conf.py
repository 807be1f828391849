"""The ASSISTANT setting, read on access."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from assistant.conf import AssistantSettings, Setting, conf


def test_without_the_setting_there_are_defaults(settings):
    settings.ASSISTANT = {}
    del settings.ASSISTANT

    assert conf.LIST_PAGE_SIZE == 50
    assert "password" in conf.SECRET_NAMES


def test_a_value_is_read_on_access():
    with override_settings(ASSISTANT={"LIST_PAGE_SIZE": 51}):
        during = conf.LIST_PAGE_SIZE

    assert (during, conf.LIST_PAGE_SIZE) == (51, 50)


@pytest.mark.parametrize("value", ["apply", "check", "off"])
def test_each_choice_is_taken(settings, value):
    settings.ASSISTANT = {"MIGRATE_ON_START": value}

    assert value == conf.MIGRATE_ON_START


def test_without_a_choice_there_is_the_default(settings):
    settings.ASSISTANT = {}

    assert conf.MIGRATE_ON_START == "off"


def test_a_list_becomes_a_tuple(settings):
    settings.ASSISTANT = {"SECRET_NAMES": ["pin", "code"]}

    assert conf.SECRET_NAMES == ("pin", "code")


def test_a_list_may_be_empty(settings):
    settings.ASSISTANT = {"SECRET_NAMES": []}

    assert conf.SECRET_NAMES == ()


DAYS = "a whole number from 1 to 100000"
MODES = 'one of "apply", "check", "off"'

WRONG = [
    pytest.param("LIST_PAGE_SIZE", "50", "a whole number above 0", id="text"),
    pytest.param("LIST_PAGE_SIZE", 0, "a whole number above 0", id="zero"),
    pytest.param("LIST_PAGE_SIZE", -1, "a whole number above 0", id="below zero"),
    pytest.param("LIST_PAGE_SIZE", True, "a whole number above 0", id="boolean"),
    pytest.param("LIST_PAGE_SIZE", 1.5, "a whole number above 0", id="fraction"),
    pytest.param("LIST_PAGE_SIZE", None, "a whole number above 0", id="None"),
    pytest.param("RECORD_DAYS", 0, DAYS, id="below a range"),
    pytest.param("RECORD_DAYS", 100_001, DAYS, id="above a range"),
    pytest.param("SECRET_NAMES", "token", "a list of texts", id="one text"),
    pytest.param("SECRET_NAMES", ["token", 1], "a list of texts", id="a number among texts"),
    pytest.param("MIGRATE_ON_START", "always", MODES, id="no choice"),
    pytest.param("MIGRATE_ON_START", "Apply", MODES, id="a choice in other letters"),
    pytest.param("MIGRATE_ON_START", "", MODES, id="empty choice"),
    pytest.param("MIGRATE_ON_START", True, MODES, id="boolean for a choice"),
    pytest.param("MIGRATE_ON_START", None, MODES, id="None for a choice"),
    pytest.param("MIGRATE_ON_START", ["apply"], MODES, id="a list of choices"),
]


@pytest.mark.parametrize("key, value, expected", WRONG)
def test_a_wrong_value_is_an_error_that_says_what_is_expected(settings, key, value, expected):
    settings.ASSISTANT = {key: value}

    with pytest.raises(ImproperlyConfigured) as error:
        getattr(conf, key)

    assert str(error.value) == f"ASSISTANT[{key!r}] is {value!r}: {expected} is expected."


RERANKER = {"backend": "http", "candidates": 20, "timeout": 0.5, "options": {"batch_size": 8}}


@pytest.mark.parametrize("value", [{}, RERANKER, {"backend": "fastembed", "model": "m"}])
def test_a_dictionary_is_taken_as_it_is(settings, value):
    settings.ASSISTANT = {"RERANKER": value}

    assert value == conf.RERANKER


@pytest.mark.parametrize(
    "value, said",
    [
        (None, "ASSISTANT['RERANKER'] is None: a dictionary is expected."),
        ("http", "ASSISTANT['RERANKER'] is 'http': a dictionary is expected."),
        ({"model": "m"}, "ASSISTANT['RERANKER']['backend'] is missing: a text is expected."),
        ({"backend": ""}, "ASSISTANT['RERANKER']['backend'] is '': a text is expected."),
        ({"candidates": 0}, "['candidates'] is 0: a whole number above 0 is expected."),
        ({"candidates": True}, "['candidates'] is True: a whole number above 0 is expected."),
        ({"candidates": 2.5}, "['candidates'] is 2.5: a whole number above 0 is expected."),
        ({"timeout": "1"}, "['timeout'] is '1': a number above 0 is expected."),
        ({"timeout": -1}, "['timeout'] is -1: a number above 0 is expected."),
        ({"options": []}, "['options'] is []: a dictionary is expected."),
        ({1: 2}, "ASSISTANT['RERANKER'][1]: there is no such key; there are backend, model,"),
    ],
)
def test_a_wrong_dictionary_is_an_error_that_names_the_key(settings, value, said):
    settings.ASSISTANT = {"RERANKER": value}

    with pytest.raises(ImproperlyConfigured) as error:
        conf.RERANKER  # noqa: B018

    assert said in str(error.value)


def test_what_an_unknown_key_of_a_dictionary_holds_is_not_shown(settings):
    settings.ASSISTANT = {"RERANKER": {"backend": "http", "api_key": "sk-123"}}

    with pytest.raises(ImproperlyConfigured, match="there is no such key") as error:
        conf.RERANKER  # noqa: B018

    assert "sk-123" not in str(error.value)


def test_a_wrong_value_of_another_key_is_none_of_its_business(settings):
    settings.ASSISTANT = {"LIST_PAGE_SIZE": "50"}

    assert conf.LIST_MAX_ROWS == 10_000


@pytest.mark.parametrize("value", [None, [("LIST_PAGE_SIZE", 1)], "LIST_PAGE_SIZE"])
def test_no_dictionary_is_an_error(settings, value):
    settings.ASSISTANT = value

    with pytest.raises(ImproperlyConfigured, match="a dictionary is expected"):
        conf.LIST_PAGE_SIZE  # noqa: B018


@pytest.mark.parametrize("setting", list(conf), ids=lambda setting: setting.name)
def test_each_setting_is_described_and_its_default_fits(setting):
    assert isinstance(getattr(AssistantSettings, setting.name), Setting)
    assert setting.description.endswith(".")
    assert setting.problem(setting.default) is None
