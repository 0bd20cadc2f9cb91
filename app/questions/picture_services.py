"""Pictures of questions: checked, made anew without what cameras write into them, kept by digest. Callers
commit."""

import io
import warnings
from datetime import datetime

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from app.errors import BadInput
from app.files.services import store_file

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_WIDTH = 1200
MAX_HEIGHT = 1600
FORMATS = ("PNG", "JPEG", "WEBP")
TOO_LARGE = "Hình nặng quá {} MB: bạn hãy thu nhỏ rồi chọn lại."
TOO_MANY_PIXELS = "Hình quá lớn: tối đa 40 triệu điểm ảnh."
UNREADABLE = "Tệp này không phải hình PNG, JPEG hoặc WebP, hoặc đã hỏng."
WEBP_QUALITY = 85


def store_picture(content: bytes, *, now: datetime, max_bytes: int = MAX_BYTES) -> str:
    """Keep a picture made anew, at most MAX_WIDTH wide, without metadata; its SHA-256 in hex.

    The smaller of WebP and PNG is kept. Raises BadInput for what is no sound picture.
    """
    body, media_type = _remade(content, max_bytes)
    return store_file(body, media_type, now=now)


def _remade(content: bytes, max_bytes: int) -> tuple[bytes, str]:
    if len(content) > max_bytes:
        raise BadInput(TOO_LARGE.format(max_bytes // (1024 * 1024)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            ImageFile.LOAD_TRUNCATED_IMAGES = False  # the PDF engine, where it is loaded, lets broken ones in
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise BadInput(TOO_MANY_PIXELS)
                opened.draft("RGB", (2 * MAX_WIDTH, 2 * MAX_HEIGHT))
                picture = ImageOps.exif_transpose(opened).convert(_mode(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadInput(TOO_MANY_PIXELS) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, OverflowError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(UNREADABLE) from None
    picture.thumbnail((MAX_WIDTH, MAX_HEIGHT))
    plain = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    written = [(_written(plain, "WEBP", quality=WEBP_QUALITY, method=4), "image/webp")]
    written.append((_written(plain, "PNG", optimize=True), "image/png"))
    return min(written, key=lambda each: len(each[0]))


def _mode(picture: Image.Image) -> str:
    """With an alpha channel only where there is one."""
    return "RGBA" if picture.has_transparency_data else "RGB"


def _written(picture: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()
