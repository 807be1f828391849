"""Index classes with PostgreSQL's 63-character names."""

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from assistant.db.indexes import GinIndex, Index

INDEX_CLASSES = [Index, GinIndex]


def model_with(index: models.Index) -> type[models.Model]:
    class Thing(models.Model):  # noqa: DJ008
        tags = models.JSONField(default=list)

        class Meta:
            app_label = "things"
            db_table = "things"
            indexes = [index]

    return Thing


def errors(index: models.Index) -> list[str]:
    """Return the ids of what Django's checks have against an index."""
    return [error.id for error in model_with(index).check(databases=["default"])]


@pytest.mark.parametrize("index_class", INDEX_CLASSES)
@isolate_apps()
def test_63_characters_are_allowed(index_class: type[models.Index]) -> None:
    assert errors(index_class(fields=["tags"], name="i" * 63)) == []


@isolate_apps()
def test_djangos_own_stop_at_30() -> None:
    assert errors(models.Index(fields=["tags"], name="i" * 31)) == ["models.E034"]


@pytest.mark.parametrize("index_class", INDEX_CLASSES)
@isolate_apps()
def test_64_characters_are_too_many(index_class: type[models.Index]) -> None:
    assert errors(index_class(fields=["tags"], name="i" * 64)) == ["models.E034"]


@pytest.mark.parametrize("index_class", INDEX_CLASSES)
def test_indexes_can_be_made_again(index_class: type[models.Index]) -> None:
    index = index_class(fields=["tags"], name="i" * 63)

    path, args, kwargs = index.deconstruct()

    assert path == f"assistant.db.indexes.{index_class.__name__}"
    assert index_class(*args, **kwargs) == index


@pytest.mark.django_db
@pytest.mark.parametrize("index_class,method", [(Index, "btree"), (GinIndex, "gin")])
@isolate_apps()
def test_postgresql_takes_the_whole_name(index_class: type[models.Index], method: str) -> None:
    model = model_with(index_class(fields=["tags"], name="i" * 63))

    with connection.schema_editor() as editor:
        editor.create_model(model)

    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", ["i" * 63])
        ((definition,),) = cursor.fetchall()
    assert f"USING {method} (tags)" in definition
