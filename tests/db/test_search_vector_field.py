"""A stored tsvector: filtered and ranked by, never fetched by accident."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from django.core import serializers
from django.db import connection, models
from django.db.models import Count
from django.forms import model_to_dict, modelform_factory
from django.test.utils import CaptureQueriesContext

from assistant.db.fields import SearchVectorField
from assistant.embeddings.models import KnowledgeDocument
from tests import factories

pytestmark = pytest.mark.django_db

Documents = models.QuerySet[KnowledgeDocument]


@pytest.fixture
def dogs() -> KnowledgeDocument:
    return factories.make_document(title="Dogs", content="The dogs are running")


USES: dict[str, Callable[[Documents], Any]] = {
    "all": lambda documents: list(documents.all()),
    "get": lambda documents: documents.get(title="Dogs"),
    "values": lambda documents: list(documents.values()),
    "values_list": lambda documents: list(documents.values_list()),
    "only": lambda documents: list(documents.only("title")),
    "only the vector": lambda documents: list(documents.only("content_search")),
    "defer": lambda documents: list(documents.defer("content")),
    "defer the vector": lambda documents: list(documents.defer("content_search")),
    "union": lambda documents: list(documents.union(documents.filter(title="x"))),
    "distinct": lambda documents: list(documents.distinct()),
    "in_bulk": lambda documents: documents.in_bulk(),
    "iterator": lambda documents: list(documents.iterator()),
    "for update": lambda documents: list(documents.select_for_update()),
    "group by": lambda documents: list(documents.annotate(n=Count("embedding_model"))),
    "refresh": lambda documents: documents.get(title="Dogs").refresh_from_db(),
    "save": lambda documents: documents.get(title="Dogs").save(),
    "delete": lambda documents: documents.get(title="Dogs").delete(),
    "create": lambda documents: documents.create(title="T", content="C"),
    "bulk_create": lambda documents: documents.bulk_create(
        [KnowledgeDocument(title="T", content="C")]
    ),
    "upsert": lambda documents: documents.bulk_create(
        [KnowledgeDocument(id=documents.first().pk, title="T", content="C")],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["title"],
    ),
    "get_or_create": lambda documents: documents.get_or_create(
        title="T", defaults={"content": "C"}
    ),
    "update": lambda documents: documents.update(title="T"),
    "serialize": lambda documents: serializers.serialize("json", documents.all()),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_no_query_names_the_column(dogs: KnowledgeDocument, use: Callable[[Any], Any]) -> None:
    with CaptureQueriesContext(connection) as queries:
        use(KnowledgeDocument.objects)

    assert queries.captured_queries
    assert not any("content_search" in query["sql"] for query in queries.captured_queries)


def test_instances_have_no_such_attribute(dogs: KnowledgeDocument) -> None:
    stored = KnowledgeDocument.objects.get()

    for instance in (dogs, stored, KnowledgeDocument(), pickle.loads(pickle.dumps(dogs))):  # noqa: S301
        assert not hasattr(instance, "content_search")
    assert copy.deepcopy(stored) == stored


def test_forms_and_dictionaries_leave_it_out(dogs: KnowledgeDocument) -> None:
    form = modelform_factory(KnowledgeDocument, fields="__all__")

    assert "content_search" not in form.base_fields
    assert "content_search" not in model_to_dict(dogs)
    assert "content_search" not in serializers.serialize("json", [dogs])


def test_instances_validate(dogs: KnowledgeDocument) -> None:
    dogs.full_clean()


def test_it_cannot_be_written(dogs: KnowledgeDocument) -> None:
    with pytest.raises(ValueError, match="concrete"):
        dogs.save(update_fields=["content_search"])
    with pytest.raises(ValueError, match="concrete"):
        KnowledgeDocument.objects.bulk_update([dogs], ["content_search"])


def test_the_field_can_be_made_again() -> None:
    field = SearchVectorField("words")
    field.set_attributes_from_name("content_search")

    name, path, args, kwargs = field.deconstruct()

    assert (name, path) == ("content_search", "assistant.db.fields.SearchVectorField")
    assert kwargs == {"verbose_name": "words"}
    again = SearchVectorField(*args, **kwargs)
    assert (again.editable, again.serialize) == (False, False)


def test_the_schema_editor_makes_no_column() -> None:
    assert SearchVectorField().db_type(connection) is None
