"""From a file's bytes to its text."""

import sys
from pathlib import PurePath

import pytest

from assistant.embeddings.documents.errors import (
    EmptyFileError,
    MissingLibraryError,
    NotTextError,
    UnreadableError,
)
from assistant.embeddings.documents.isolation import Reader
from assistant.embeddings.documents.reading import Text, read
from tests.embeddings.documents.files import (
    make_docx,
    make_encrypted_pdf,
    make_pdf,
    make_pptx,
    make_xlsx,
    make_zip_bomb,
)

LIMIT = 20 * 1024**2


def read_as(name: str, data: bytes) -> Text:
    return read(data, path=PurePath(name), max_bytes=LIMIT)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("Grüße, Łódź".encode(), id="utf-8"),
        pytest.param("Grüße, Łódź".encode("utf-8-sig"), id="utf-8 with a mark"),
        pytest.param("Grüße, Łódź".encode("utf-16"), id="utf-16"),
        pytest.param("Grüße, Łódź".encode("utf-16-le"), id="utf-16 without a mark"),
        pytest.param("Grüße, Łódź".encode("utf-16-be"), id="utf-16 big-endian, without a mark"),
        pytest.param("Grüße, Łódź".encode("utf-32"), id="utf-32"),
    ],
)
def test_any_encoding_of_unicode_is_read(data):
    assert read_as("a.txt", data).content == "Grüße, Łódź"


def test_a_short_text_that_is_not_unicode_is_western():
    assert read_as("a.txt", "Grüße — “hier”".encode("cp1252")).content == "Grüße — “hier”"


def test_another_alphabet_is_recognised():
    text = "Съешь ещё этих мягких французских булок, да выпей чаю. " * 20

    assert read_as("a.txt", text.encode("cp1251")).content == text


def test_an_encoding_can_be_recognised_without_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "charset_normalizer", None)

    assert read_as("a.txt", ("é" * 100).encode("cp1252")).content == "é" * 100


def test_what_the_database_refuses_is_left_out_and_lines_end_as_usual():
    assert read_as("a.txt", b"a" * 200 + b"\0b\r\nc\rd").content == "a" * 200 + "b\nc\nd"


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n" + bytes(100), bytes(range(256)) * 10], ids=["png", "bytes"]
)
def test_what_is_not_text_is_refused(data):
    with pytest.raises(NotTextError, match="it is not text"):
        read_as("a.txt", data)


@pytest.mark.parametrize("data", [b"", b" \n\t", b"\xef\xbb\xbf"], ids=["none", "spaces", "mark"])
def test_an_empty_file_says_nothing(data):
    with pytest.raises(EmptyFileError):
        read_as("a.txt", data)


@pytest.mark.parametrize(
    "name, content_type, language",
    [
        ("a.txt", "text", None),
        ("LICENSE", "text", None),
        ("a.unheard-of", "text", None),
        ("A.MD", "markdown", None),
        ("a.htm", "html", None),
        ("a.py", "code", "python"),
        ("Dockerfile", "code", "dockerfile"),
        ("a.tar.yaml", "code", "yaml"),
    ],
)
def test_the_name_tells_the_kind(name, content_type, language):
    text = read_as(name, b"some: text")

    assert (text.content_type, text.language) == (content_type, language)


@pytest.mark.parametrize(
    "name, content, title",
    [
        pytest.param("a.md", "---\ntitle: 'Pods'\nweight: 1\n---\n# Other", "Pods", id="front"),
        pytest.param("a.md", "---\nweight: 1\n---\n# Pods", "Pods", id="front without title"),
        pytest.param("a.md", "```\n# no\n```\n\n## `Pods` [link](x) ##", "Pods link", id="fence"),
        pytest.param("a.md", "text\n\nPods\n====\n", "Pods", id="underlined"),
        pytest.param("a.md", "no heading\n", "a.md", id="none"),
        pytest.param("a.txt", "====\nPods\n====\n\ntext", "Pods", id="rst"),
        pytest.param("a.rst", ".. _x:\n\nPods\n----\n", "Pods", id="rst-underlined"),
        pytest.param("a.txt", "plain\n", "a.txt", id="plain"),
        pytest.param("a.py", "# no title\n", "a.py", id="code"),
        pytest.param("a.md", "# " + "x" * 600, "x" * 500, id="long"),
        pytest.param("a.md", "---\n" * 5000, "a.md", id="odd"),
    ],
)
def test_the_title_is_the_documents_own_or_its_name(name, content, title):
    assert read_as(name, content.encode()).title == title


def test_a_page_is_its_main_part_as_markdown():
    page = """<!doctype html><html><head><title>Pods &amp; more</title><style>p{}</style></head>
    <body><nav>Home</nav><main><h1>Pods</h1><p>One <b>or</b>
    two<p>three<ul><li>a<li>b</ul><pre>x\n  y</pre>
    <table><tr><th>k<th>v<tr><td>1<td>2</table><script>alert("<p>")</script></main>
    <footer>Legal</footer></body></html>"""

    text = read_as("a.html", page.encode())

    assert text.title == "Pods & more"
    assert text.content == (
        "# Pods\n\nOne or two\n\nthree\n\n- a\n- b\n\n```\nx\n  y\n```\n\nk | v\n1 | 2"
    )


@pytest.mark.parametrize(
    "page, content",
    [
        ("just words", "just words"),
        ("<p>a</nav></p></script>b", "a\n\nb"),
        ("<title>T</title><main></main><p>outside", "outside"),
        (
            '<div role="search"><div>find</div>it</div><div>side</div>'
            '<div role="main"><div>One<a class="headerlink">¶</a></div>two</div>after',
            "One\ntwo",
        ),
        ("<head><meta charset=x><body>no end of the head", "no end of the head"),
        ("<svg><title>icon</title></svg>text", "text"),
        ("<p>&#xD800;&#0;x&nbsp;y", "\ufffd\ufffdx y"),
    ],
)
def test_an_odd_page_is_read(page, content):
    assert read_as("a.html", page.encode()).content == content


def test_a_page_in_its_own_encoding_is_read():
    page = '<meta charset="windows-1251"><p>Привет'.encode("cp1251")

    assert read_as("a.html", page).content == "Привет"


def test_a_pdf_is_read():
    text = read_as("a.pdf", make_pdf("First page", "Second", title="Manual"))

    assert (text.title, text.content) == ("Manual", "First page\n\nSecond")
    assert read_as("a.pdf", make_pdf("Words")).title == "a.pdf"


def test_office_files_are_read():
    word = read_as("a.docx", make_docx())

    assert word.title == "Opening hours"
    assert word.content == (
        "# Opening hours\n\nWe open at nine. Grüße!\n\n- Ring the bell\n\nDay | Hour\nMonday | 9"
    )
    assert read_as("a.docx", make_docx(title="Hours")).title == "Hours"
    slides = read_as("a.pptx", make_pptx())
    assert (slides.title, slides.content) == ("Plans", "## Plans\n\nGrow carrots\n\nSpeak slowly")
    sheets = read_as("a.xlsx", make_xlsx())
    assert (sheets.title, sheets.content) == ("a.xlsx", "## Prices\n\nApple | 2 |  | kg")


@pytest.mark.parametrize(
    "name, make, reason",
    [
        pytest.param("a.pdf", lambda: b"%PDF-1.4 nothing", "broken, or not a PDF", id="broken"),
        pytest.param("a.pdf", make_encrypted_pdf, "is encrypted", id="encrypted"),
        pytest.param("a.pdf", lambda: make_pdf("", ""), "2 pages hold pictures", id="scanned"),
        pytest.param("a.docx", lambda: b"PK\3\4 nothing", "broken, or not an Office", id="docx"),
        pytest.param("a.docx", make_xlsx, "it is broken", id="another format"),
        pytest.param("a.xlsx", lambda: make_docx()[:-30], "broken, or not an Office", id="cut"),
        pytest.param(
            "a.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, "before 2007", id="doc"
        ),
        pytest.param("a.odt", make_docx, "save it as .docx", id="odt"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(name, make, reason):
    with pytest.raises(UnreadableError, match=reason) as error:
        read_as(name, make())

    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "name, module, make",
    [
        ("a.pdf", "pypdfium2", make_pdf),
        ("a.docx", "docx", make_docx),
        ("a.xlsx", "openpyxl", make_xlsx),
        ("a.pptx", "pptx", make_pptx),
    ],
)
def test_a_missing_library_is_named_with_the_way_to_get_it(monkeypatch, name, module, make):
    data = make()
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(MissingLibraryError, match=r'pip install "django-ai-.*\[documents\]"'):
        read_as(name, data)


def test_more_text_than_fits_is_refused():
    with pytest.raises(UnreadableError, match="more than 100 bytes of text"):
        read(make_pdf(*["word"] * 50), path=PurePath("a.pdf"), max_bytes=100)


def test_what_is_packed_is_not_unpacked_where_there_is_too_much_of_it():
    with pytest.raises(UnreadableError, match=r"it unpacks to 20,971,520 bytes; 10,485,760"):
        read(make_zip_bomb(), path=PurePath("a.docx"), max_bytes=1024**2)


def test_another_process_reads_the_same():
    data = make_docx()
    with Reader(max_bytes=LIMIT, max_seconds=60) as reader:
        assert reader.read(data, path=PurePath("a.docx")) == read_as("a.docx", data)
        with pytest.raises(UnreadableError, match="is encrypted"):
            reader.read(make_encrypted_pdf(), path=PurePath("a.pdf"))
        with pytest.raises(EmptyFileError):
            reader.read(b"<p>", path=PurePath("a.html"))
        assert reader.process is not None
        assert reader.read(b"<p>ok", path=PurePath("\udcff.html")).title == "?.html"


def test_reading_that_takes_too_long_ends_and_others_go_on():
    nested = b"<title>x</title>" + b"<a " * 400_000 + b"<!--" * 400_000
    with Reader(max_bytes=LIMIT, max_seconds=60) as reader:
        reader.read(b"<p>ok", path=PurePath("a.html"))
        reader.max_seconds = 0.001  # type: ignore[assignment]
        with pytest.raises(UnreadableError, match=r"takes more than 0.001 seconds"):
            reader.read(nested, path=PurePath("a.html"))
        reader.max_seconds = 60
        assert reader.read(b"<p>ok", path=PurePath("a.html")).content == "ok"


def test_reading_that_crashes_is_one_files_matter():
    with Reader(max_bytes=LIMIT, max_seconds=60) as reader:
        reader.read(b"<p>ok", path=PurePath("a.html"))
        reader.process.kill()
        with pytest.raises(UnreadableError, match="crashed"):
            reader.read(b"<p>no", path=PurePath("a.html"))
        assert reader.read(b"<p>ok", path=PurePath("a.html")).content == "ok"


def test_a_web_server_that_has_python_built_in_reads_too(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/usr/bin/uwsgi")

    with Reader(max_bytes=LIMIT, max_seconds=60) as reader:
        assert reader.read(b"<p>ok", path=PurePath("a.html")).content == "ok"
