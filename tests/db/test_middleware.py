"""The answer to forms that are too large."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tests import factories

ADD = "/admin/assistant_embeddings/knowledgedocument/add/"
MIDDLEWARE = "assistant.db.middleware.RequestLimitMiddleware"
URLENCODED = {"content_type": "application/x-www-form-urlencoded"}


@csrf_exempt
def count_bytes(request: HttpRequest) -> HttpResponse:
    """Answer with the length of the body, read as a stream."""
    return HttpResponse(sum(len(line) for line in request))


urlpatterns = [path("raw/", count_bytes)]


@pytest.fixture
def root(db: None, settings: Any) -> Client:
    """Return a superuser's client that does not raise what the site answers with."""
    if MIDDLEWARE not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [MIDDLEWARE, *settings.MIDDLEWARE]
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(factories.make_user(is_staff=True, is_superuser=True))
    return client


def token(client: Client) -> str:
    client.get(ADD)
    return client.cookies["csrftoken"].value


@pytest.mark.parametrize("encoding", ["multipart", "urlencoded"])
def test_a_form_over_the_limit_is_answered_with_the_limit_and_the_way_out(
    root: Client, settings: Any, encoding: str
) -> None:
    large = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    if encoding == "multipart":
        response = root.post(ADD, {"csrfmiddlewaretoken": token(root), "content": large})
    else:
        response = root.post(ADD, f"content={large}", **URLENCODED)

    assert response.status_code == 413
    assert "2,621,440 bytes" in response.text
    assert "Nothing was saved" in response.text
    assert "DATA_UPLOAD_MAX_MEMORY_SIZE" in response.text


def test_a_form_with_too_many_values_is_answered_with_the_limit(
    root: Client, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10

    response = root.post(ADD, "&".join(["a=1"] * 11), **URLENCODED)

    assert response.status_code == 413
    assert "10 values" in response.text
    assert "DATA_UPLOAD_MAX_NUMBER_FIELDS" in response.text


def test_a_form_within_the_limit_arrives(root: Client) -> None:
    data = {"title": "Manual", "content": "x" * 1_000_000, "content_type": "text", "tags": ""}

    response = root.post(ADD, {"csrfmiddlewaretoken": token(root), **data})

    assert response.status_code == 302


def test_a_forged_form_is_still_refused(root: Client) -> None:
    assert root.post(ADD, {"title": "Manual"}).status_code == 403


def test_a_body_that_the_view_reads_by_itself_is_left_alone(root: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = __name__

    response = root.post("/raw/", f"a={'x' * 3_000_000}", **URLENCODED)

    assert response.text == "3000002"
