"""Which embedding model vectors are of."""

import pytest

from assistant.schema.adopting.inspection import look
from assistant.schema.adopting.models import make_models
from tests.schema.adopting.inspecting.support import found

MINI = "all-MiniLM-L6-v2"


@pytest.fixture
def vectors(run):
    """Make documents with vectors of three dimensions and of the default model's."""
    run(
        "INSERT INTO knowledge_base (title, content, embedding_vector) VALUES "
        "('a', 'a', '{1,2,3}'), ('b', 'b', '{1,2,3}'), ('c', 'c', NULL), "
        "('d', 'd', array_fill(0.5::float8, ARRAY[384]))"
    )


def model(run, name, *, dimension=3, active="true"):
    """Add a model and return its key."""
    [(key,)] = run(
        "INSERT INTO embedding_models (name, dimension, is_active) VALUES (%s, %s, %s) "
        "RETURNING id",
        [name, dimension, active],
    )
    return key


@pytest.mark.usefixtures("vectors")
def test_the_only_one_of_the_size(made, run):
    small = model(run, "small")
    [(mini,)] = run("SELECT id FROM embedding_models WHERE name = %s", [MINI])

    chosen = look(made, wanted={}).models

    assert {size: each.key for size, each in chosen.items()} == {3: small, 384: mini}
    lines = found(made, effect="changed")
    line = "vectors of 3 dimensions: 2, of the model small. They become single precision."
    assert line in lines


@pytest.mark.usefixtures("vectors")
def test_the_only_active_one(made, run):
    model(run, "old", active="false")
    new = model(run, "new")

    assert look(made, wanted={}).models[3].key == new


@pytest.mark.usefixtures("vectors")
def test_one_that_is_not_active_but_the_only_one(made, run):
    old = model(run, "old", active="false")

    assert look(made, wanted={}).models[3].key == old


@pytest.mark.usefixtures("vectors")
def test_several(made, run):
    model(run, "one")
    two = model(run, "two")

    assert found(made) == [
        "vectors of 3 dimensions: expected one embedding model, found one, two. "
        "Say which one made them: --model 3=NAME."
    ]
    assert found(made, wanted={3: "two"}) == []
    assert look(made, wanted={3: "two"}).models[3].key == two


@pytest.mark.usefixtures("vectors")
def test_none(made, run):
    assert found(made) == [
        "vectors of 3 dimensions: expected an embedding model, found none of that dimension. "
        "Name their model, which is made then: --model 3=NAME."
    ]

    inspection = look(made, wanted={3: "small"})

    assert inspection.refused == []
    assert run("SELECT count(*) FROM embedding_models") == [(1,)]
    made_now = make_models(made, inspection.models)
    assert run("SELECT id, dimension FROM embedding_models WHERE name = 'small'") == [
        (made_now[3], 3)
    ]
    assert made_now.keys() == {3, 384}


@pytest.mark.usefixtures("vectors")
def test_of_another_dimension(made, run):
    model(run, "large", dimension=4)

    assert found(made, wanted={3: "large"}) == [
        "vectors of 3 dimensions: expected an embedding model of 3 dimensions, found large has "
        "4 dimensions. Choose another: --model 3=NAME."
    ]


def test_of_no_vectors(made):
    assert found(made, wanted={3: "small"}) == [
        "--model 3=small: expected vectors, found none of that size. Leave it out."
    ]


def test_before_there_were_vectors(by_stage):
    with by_stage(2) as connection:
        assert found(connection, wanted={3: "small"}) == [
            "--model 3=small: expected vectors, found none of that size. Leave it out."
        ]
