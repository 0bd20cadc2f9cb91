import io
import struct
import zlib

import pytest
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngInfo

from app.errors import BadInput
from app.files.services import get_file_body
from app.questions import picture_services
from app.questions.picture_services import store_picture
from tests.questions.world import NOW


def written(kind, size=(40, 30), mode="RGB", **options):
    target = io.BytesIO()
    Image.new(mode, size, 200 if mode == "L" else "#b0211f").save(target, kind, **options)
    return target.getvalue()


def stored(content):
    with Image.open(io.BytesIO(get_file_body(store_picture(content, now=NOW)))) as found:
        found.load()
        return found


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_every_kind_is_kept_as_png_or_webp(db, kind):
    found = stored(written(kind))

    assert found.format in ("PNG", "WEBP")
    assert found.size == (40, 30)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK", "I;16"])
def test_every_colour_mode_is_kept(db, mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    target = io.BytesIO()
    Image.new(mode, (20, 10)).save(target, kind)

    assert stored(target.getvalue()).size == (20, 10)


def test_a_wide_picture_is_made_narrower_in_proportion(db):
    assert stored(written("PNG", (2400, 1000))).size == (1200, 500)


def test_what_cameras_and_programs_write_is_left_out(db):
    about = PngInfo()
    about.add_text("Comment", "nơi chụp")
    exif = Image.Exif()
    exif[0x010E] = "nơi chụp"
    for content in (written("PNG", pnginfo=about), written("JPEG", exif=exif)):
        sha256 = store_picture(content, now=NOW)
        assert "nơi chụp".encode() not in get_file_body(sha256)
        assert dict(stored(content).getexif()) == {}


def test_a_picture_taken_sideways_is_turned(db):
    exif = Image.Exif()
    exif[0x0112] = 6

    assert stored(written("JPEG", exif=exif)).size == (30, 40)


def test_the_same_picture_is_kept_once(db):
    assert store_picture(written("PNG"), now=NOW) == store_picture(written("PNG"), now=NOW)


def png_that_claims(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", picture_services.UNREADABLE),
        (b"GIF89a" + b"\0" * 20, picture_services.UNREADABLE),
        (written("PNG")[:60], picture_services.UNREADABLE),
        (written("GIF"), picture_services.UNREADABLE),
        (png_that_claims(30, 40), picture_services.UNREADABLE),
        (png_that_claims(6400, 6400), picture_services.TOO_MANY_PIXELS),
        (png_that_claims(60000, 60000), picture_services.TOO_MANY_PIXELS),
        (b"\0" * (picture_services.MAX_BYTES + 1), picture_services.TOO_LARGE.format(5)),
    ],
    ids=["nothing", "no picture", "cut off", "another format", "false size", "many pixels", "bomb", "heavy"],
)
@pytest.mark.parametrize("is_lenient", [False, True], ids=["strict", "after the PDF engine"])
def test_a_hostile_file_is_refused_in_words(db, monkeypatch, content, sentence, is_lenient):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", is_lenient)

    with pytest.raises(BadInput, match=sentence):
        store_picture(content, now=NOW)
