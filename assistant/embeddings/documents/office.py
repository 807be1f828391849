"""The text of Word, PowerPoint and Excel files, with headings and tables as Markdown has them."""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from assistant.embeddings.documents.errors import MissingLibraryError, UnreadableError
from assistant.embeddings.documents.texts import one_line

__all__ = ["text_of_office"]

# What Office formats before 2007 begin with, and also files that are encrypted.
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def text_of_office(data: bytes, *, extension: str, max_unpacked: int) -> tuple[str, str]:
    """Return a file's text and title."""
    if extension[:3] not in ("doc", "ppt", "xls"):
        raise UnreadableError("files of this format are not read: save it as .docx, .pptx or .xlsx")
    check_archive(data, max_unpacked=max_unpacked)
    readers: dict[str, Callable[[BytesIO], tuple[Iterable[str], Any]]] = {
        "doc": read_word,
        "ppt": read_powerpoint,
        "xls": read_excel,
    }
    try:
        parts, properties = readers[extension[:3]](BytesIO(data))
        text = "\n\n".join(filter(None, (part.strip("\n ") for part in parts)))
    except ImportError as error:
        raise MissingLibraryError("Office files") from error
    except MemoryError:
        raise
    except Exception as error:  # the libraries raise whatever a broken file leads them to
        reason = " ".join(str(error).split())[:200]
        raise UnreadableError(f"it is broken ({type(error).__name__}: {reason})") from error
    return text, one_line(getattr(properties, "title", None) or "")


def check_archive(data: bytes, *, max_unpacked: int) -> None:
    """Refuse what is no archive, and one that unpacks to more than it should."""
    if data.startswith(OLE):
        raise UnreadableError(
            "it is encrypted, or of a format before 2007: save it anew without both"
        )
    try:
        with ZipFile(BytesIO(data)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
    except (BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise UnreadableError(f"it is broken, or not an Office file ({error})") from error
    if unpacked > max_unpacked:
        raise UnreadableError(f"it unpacks to {unpacked:,} bytes; {max_unpacked:,} are read")


def read_word(file: BytesIO) -> tuple[Iterable[str], Any]:
    """Return paragraphs and tables in their order."""
    import docx  # noqa: PLC0415
    from docx.table import Table  # noqa: PLC0415

    document = docx.Document(file)

    def parts() -> Iterator[str]:
        for item in document.iter_inner_content():
            if isinstance(item, Table):
                # A merged cell is the same cell several times.
                yield table_of([list(dict.fromkeys(cells_of(row))) for row in item.rows])
                continue
            style = (item.style.name or "") if item.style is not None else ""
            if not item.text.strip():
                continue
            if style == "Title":
                yield f"# {item.text.strip()}"
            elif style.startswith("Heading ") and style[8:9].isdigit():
                yield f"{'#' * min(int(style[8]), 6)} {item.text.strip()}"
            elif style.startswith("List"):
                yield f"- {item.text.strip()}"
            else:
                yield item.text

    def cells_of(row: Any) -> Iterator[str]:
        return (cell.text for cell in row.cells)

    return parts(), document.core_properties


def read_powerpoint(file: BytesIO) -> tuple[Iterable[str], Any]:
    """Return each slide's title, texts, tables and notes."""
    import pptx  # noqa: PLC0415

    presentation = pptx.Presentation(file)

    def parts() -> Iterator[str]:
        for number, slide in enumerate(presentation.slides, start=1):
            title = slide.shapes.title
            named = one_line(title.text_frame.text) if title is not None else ""
            yield f"## {named or number}"
            for shape in slide.shapes:
                if title is None or shape.shape_id != title.shape_id:
                    yield from texts_of(shape)
            if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
                yield slide.notes_slide.notes_text_frame.text

    def texts_of(shape: Any) -> Iterator[str]:
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif getattr(shape, "has_table", False):
            yield table_of([[cell.text for cell in row.cells] for row in shape.table.rows])
        for inner in getattr(shape, "shapes", ()):  # a group
            yield from texts_of(inner)

    return parts(), presentation.core_properties


def read_excel(file: BytesIO) -> tuple[Iterable[str], Any]:
    """Return the cells of each sheet, row after row, with the results of formulas."""
    openpyxl: Any = import_module("openpyxl")

    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)

    def parts() -> Iterator[str]:
        for sheet in book.worksheets:
            rows = [
                ["" if value is None else str(value) for value in row]
                for row in sheet.iter_rows(values_only=True)
                if any(value is not None for value in row)
            ]
            if rows:
                yield f"## {sheet.title}\n\n{table_of(rows)}"

    return parts(), book.properties


def table_of(rows: list[list[str]]) -> str:
    """Return rows as lines, their cells between bars."""
    lines = (" | ".join(" ".join(cell.split()) for cell in row).rstrip(" |") for row in rows)
    return "\n".join(filter(None, lines))
