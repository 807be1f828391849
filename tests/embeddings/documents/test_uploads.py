"""Uploading files in the admin site."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assistant.embeddings.models import KnowledgeDocument
from tests.db.admin.fixtures import root, viewer
from tests.db.admin.pages import log_of, page
from tests.embeddings.documents.files import make_docx, make_encrypted_pdf
from tests.factories import make_document, make_user

__all__ = ["root", "viewer"]

pytestmark = pytest.mark.django_db

LIST = page(KnowledgeDocument, "changelist")
UPLOAD = page(KnowledgeDocument, "upload")


def file(name: str, data: bytes = b"# Words") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def send(client: Client, *files: SimpleUploadedFile, **fields: Any) -> Any:
    return client.post(UPLOAD, {"uploads": list(files), "tags": "", **fields}, follow=True)


def told(response: Any) -> list[tuple[str, str]]:
    return [(item.level_tag, str(item)) for item in response.context["messages"]]


def uploader(*codenames: str) -> Client:
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def test_the_list_leads_to_the_page(root):
    assert f'href="{UPLOAD}"' in root.get(LIST).text
    page = root.get(UPLOAD).text
    assert 'type="file"' in page
    assert "multiple" in page
    assert 'enctype="multipart/form-data"' in page


def test_files_become_documents_and_are_logged(root):
    owner = make_user()

    response = send(
        root, file("a.md"), file("b.docx", make_docx()), owner=str(owner.pk), tags="x\ny"
    )

    assert told(response)[0] == ("success", "Added: a.md, b.docx.")
    rows = {row.source: row for row in KnowledgeDocument.objects.all()}
    assert rows["b.docx"].title == "Opening hours"
    assert {row.owner for row in rows.values()} == {owner}
    assert rows["a.md"].tags == ["x", "y"]
    [entry] = log_of(rows["a.md"])
    assert entry.is_addition()
    assert entry.get_change_message() == "Uploaded a.md."


def test_a_file_of_the_same_name_takes_the_place_of_the_former(root):
    send(root, file("a.md"))
    assert told(send(root, file("a.md")))[0] == ("info", "There already, unchanged: a.md.")
    response = send(root, file("a.md", b"# New"))

    assert told(response)[0] == ("success", "Replaced: a.md.")
    document = KnowledgeDocument.objects.get()
    assert document.title == "New"
    assert sorted(entry.action_flag for entry in log_of(document)) == [1, 2]
    send(root, file("a.md"), owner=str(make_user().pk))
    assert KnowledgeDocument.objects.count() == 2


def test_what_cannot_be_read_is_told_and_others_are_stored(root, settings):
    settings.ASSISTANT = {"INGEST_MAX_BYTES": 1000}

    response = send(
        root,
        file("<b>.pdf", make_encrypted_pdf()),
        file("large.md", b"x" * 1001),
        file("empty.md", b""),
        file("binary", bytes(100)),
        file("good.md"),
    )

    problems = [text for level, text in told(response) if level == "error"]
    assert problems == [
        "<b>.pdf was not stored: it is encrypted: save it without a password.",
        "large.md was not stored: it has more than 1,000 bytes: raise INGEST_MAX_BYTES of the "
        "setting ASSISTANT.",
        "empty.md was not stored: it is empty.",
        "binary was not stored: it is not text.",
    ]
    assert "&lt;b&gt;.pdf was not" in response.text
    assert KnowledgeDocument.objects.get().source == "good.md"


@pytest.mark.parametrize(
    "fields, name",
    [
        pytest.param({"uploads": []}, "uploads", id="no file"),
        pytest.param({"owner": "nobody"}, "owner", id="no key"),
        pytest.param({"owner": "a\0b"}, "owner", id="null character"),
        pytest.param({"owner": "9" * 40}, "owner", id="large key"),
        pytest.param({"tags": "x" * 2001}, "tags", id="long tag"),
        pytest.param({"tags": "a\0b"}, "tags", id="null character in a tag"),
    ],
)
def test_what_the_form_refuses(root, fields, name):
    response = root.post(UPLOAD, {"uploads": [file("a.md")], "tags": "", "owner": "", **fields})

    assert response.status_code == 200
    assert list(response.context["errors"]) == [name]
    assert not KnowledgeDocument.objects.exists()


def test_who_may_only_view_sees_no_button_and_no_page(viewer):
    assert UPLOAD not in viewer.get(LIST).text
    assert viewer.get(UPLOAD).status_code == 403
    assert viewer.post(UPLOAD, {"uploads": [file("a.md")]}).status_code == 403
    assert not KnowledgeDocument.objects.exists()


def test_who_may_only_add_replaces_nothing():
    make_document(source="a.md", content="kept")
    client = uploader("add_knowledgedocument")

    response = send(client, file("a.md"), file("b.md"))

    assert told(response)[:2] == [
        ("success", "Added: b.md."),
        (
            "error",
            "a.md was not stored: there is a document of this name, which you may not change.",
        ),
    ]
    assert KnowledgeDocument.objects.get(source="a.md").content == "kept"


def test_too_many_files_at_once_are_refused_with_the_limit(root, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2

    response = root.post(UPLOAD, {"uploads": [file("a"), file("b"), file("c")]})

    assert response.status_code == 413
    assert "DATA_UPLOAD_MAX_NUMBER_FILES" in response.text
