"""What the check says without django.contrib.postgres."""

import django
import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.test import modify_settings

from assistant.db.checks.postgres_app import check_postgres_app, what_needs_it

ERRORS = {"assistant.E005", "postgres.E005"}


@pytest.fixture
def without_it():
    """Take Django's app out."""
    with modify_settings(INSTALLED_APPS={"remove": ["django.contrib.postgres"]}):
        yield


def test_with_it_nothing_is_wrong():
    assert check_postgres_app() == []


@pytest.mark.usefixtures("without_it")
def test_without_it_one_of_us_says_so():
    found = {problem.id for problem in run_checks()} & ERRORS

    assert found == {"assistant.E005" if django.VERSION < (6, 0) else "postgres.E005"}


@pytest.mark.skipif(django.VERSION >= (6, 0), reason="Django says it")
@pytest.mark.usefixtures("without_it")
def test_the_error_names_what_needs_it():
    errors = {error.obj: error for error in check_postgres_app()}

    error = errors["assistant_embeddings"]
    assert "field KnowledgeDocument.tags" in error.msg
    assert "GinIndex idx_knowledge_base_tags" in error.msg
    assert error.hint == 'Add "django.contrib.postgres" to INSTALLED_APPS.'


@pytest.mark.parametrize("label", ["assistant_accounts", "assistant_settings"])
def test_some_apps_do_without(label):
    assert list(what_needs_it(apps.get_app_config(label))) == []
