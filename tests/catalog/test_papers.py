"""Documents of applicants: pictures made anew, PDFs without anything active, the rest refused."""

import io
import zlib

import pytest
from PIL import Image

from catalog import papers


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


def image(form="PNG", size=(60, 40)) -> bytes:
    sheet = io.BytesIO()
    Image.new("RGB", size, "teal").save(sheet, form)
    return sheet.getvalue()


def pdf(inside: bytes = b"", *, end: bytes = b"\n%%EOF\n") -> bytes:
    return b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + inside + b"\ntrailer\n<<>>" + end


def test_a_picture_is_made_anew():
    secret = image("PNG") + b"<script>alert(1)</script>"

    document = papers.read(secret)

    assert (document.ending, b"script" in document.body) == (".png", False)


def stream(heading: bytes, body: bytes) -> bytes:
    return (
        b"2 0 obj\n<< /Type /ObjStm " + heading + b" >>\nstream\n" + body + b"\nendstream\nendobj"
    )


HIDDEN = zlib.compress(b"3 0 << /S /JavaScript /JS (app.alert(1)) >>")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Not a PDF, JPEG or PNG file."),
        (b"<html></html>", "Not a PDF, JPEG or PNG file."),
        (b"PK\x03\x04rest", "Not a PDF, JPEG or PNG file."),
        (b"", "Not a PDF, JPEG or PNG file."),
        (image()[:60], "The file is damaged."),
        (image(size=(6000, 6000)), "More than 25 million pixels."),
        (b"%PDF-1.4" + b"x" * papers.MOST_BYTES, "Larger than 8 MB."),
        (pdf(end=b""), "The file is damaged."),
        (pdf(b"<< /Encrypt 5 0 R >>"), "The PDF is locked with a password: save it without one."),
        *(
            (pdf(inside), "The PDF holds scripts, actions or other files: print it to a new PDF.")
            for inside in (
                b"<< /S /JavaScript /JS (app.alert(1)) >>",
                b"<< /S /Launch /F (calc.exe) >>",
                b"<< /Type /Filespec /EF << /EmbeddedFile 1 0 R >> >>",
                b"<< /Names << /EmbeddedFiles 1 0 R >> >>",
                b"<< /S /J#61vaScript >>",
                b"<< /AcroForm << /XFA 1 0 R >> >>",
                stream(b"/Filter /FlateDecode", HIDDEN),
                stream(b"/F#69lter [ /FlateDecode ]", HIDDEN),
                stream(b"", b"<< /S /Launch >>"),
            )
        ),
        *(
            (pdf(inside), "This kind of PDF cannot be checked: print it to a new PDF.")
            for inside in (
                stream(b"/Filter [/ASCIIHexDecode /FlateDecode]", b"78"),
                stream(b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>", HIDDEN),
                stream(b"/Filter /FlateDecode", b"not deflated"),
                stream(b"/Filter /FlateDecode", zlib.compress(b"0" * (papers.MOST_INFLATED + 1))),
            )
        ),
    ],
)
def test_what_is_no_plain_document_is_refused(body, reason):
    with pytest.raises(papers.BadPaper) as refusal:
        papers.read(body)

    assert str(refusal.value) == reason


@pytest.mark.parametrize(
    "inside",
    [b"", b"<< /JSON (no script) >>", stream(b"/Filter /FlateDecode", zlib.compress(b"1"))],
)
def test_a_plain_pdf_is_kept_as_it_is(inside):
    body = pdf(inside)

    assert papers.read(body).body == body
