"""Files as other programs write them, made by the libraries, and broken ones."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import openpyxl
import pptx


def make_pdf(*pages: str, title: str = "") -> bytes:
    """Return a PDF file with a line of text on each page; an empty one has no text."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids = []
    for page in pages:
        stream = f"BT /F1 12 Tf 72 700 Td ({page}) Tj ET".encode() if page else b""
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
        font = b"<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Resources%s>>"
            % (len(objects), font)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    objects.append(f"<</Title({title})>>".encode())
    return assembled(objects, f"/Info {len(objects)} 0 R")


def make_encrypted_pdf() -> bytes:
    """Return a PDF file that asks for a password."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 0/Kids[]>>",
        b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"00" * 32, b"11" * 32),
    ]
    return assembled(objects, f"/Encrypt 3 0 R/ID[<{'22' * 16}><{'22' * 16}>]")


def assembled(objects: list[bytes], trailer: str) -> bytes:
    """Return a PDF file of numbered objects."""
    data, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, item)
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF"
    return data + end.encode()


def make_docx(*, title: str = "") -> bytes:
    """Return a Word file with a heading, a paragraph, a list and a table."""
    document = docx.Document()
    document.core_properties.title = title
    document.add_heading("Opening hours", level=1)
    document.add_paragraph("We open at nine. Grüße!")
    document.add_paragraph("Ring the bell", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for number, text in enumerate(["Day", "Hour", "Monday", "9"]):
        table.cell(number // 2, number % 2).text = text
    return saved(document)


def make_pptx() -> bytes:
    """Return a presentation of one slide with notes."""
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "Plans"
    slide.placeholders[1].text = "Grow carrots"
    slide.notes_slide.notes_text_frame.text = "Speak slowly"
    return saved(presentation)


def make_xlsx() -> bytes:
    """Return a workbook of one sheet."""
    book = openpyxl.Workbook()
    book.active.title = "Prices"
    book.active.append(["Apple", 2, None, "kg"])
    return saved(book)


def make_zip_bomb() -> bytes:
    """Return 20 MB of zeros, packed as a Word file."""
    file = BytesIO()
    with (
        ZipFile(file, "w", ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w") as part,
    ):
        for _ in range(20):
            part.write(bytes(1024**2))
    return file.getvalue()


def saved(document: object) -> bytes:
    """Return what a document's save() writes."""
    file = BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()
