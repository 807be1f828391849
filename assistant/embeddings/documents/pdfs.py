"""The text of a PDF file."""

import re
from importlib import import_module
from typing import Any

from assistant.embeddings.documents.errors import MissingLibraryError, UnreadableError
from assistant.embeddings.documents.texts import one_line

__all__ = ["text_of_pdf"]

# A word that goes on in the next line, as PDFium marks it.
HYPHEN = re.compile("[\x02\ufffe](?:\r?\n)?")


def text_of_pdf(data: bytes) -> tuple[str, str]:
    """Return a file's text, page after page, and its title."""
    try:
        pypdfium2: Any = import_module("pypdfium2")
    except ImportError as error:
        raise MissingLibraryError("PDF files") from error
    try:
        file = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableError("it is encrypted: save it without a password") from error
        raise UnreadableError(f"it is broken, or not a PDF file ({error})") from error
    try:
        pages = [page.get_textpage().get_text_bounded() for page in file]
        title = one_line(file.get_metadata_value("Title"))
    except pypdfium2.PdfiumError as error:
        raise UnreadableError(f"a page is broken ({error})") from error
    text = "\n\n".join(HYPHEN.sub("", page).strip() for page in pages).strip()
    if not text:
        raise UnreadableError(
            f"its {len(pages)} pages hold pictures and no text: have them recognised (OCR) first"
        )
    return text, title
