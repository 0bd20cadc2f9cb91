"""What people confirm in place of a machine: about whom, by whom, and which files may go with it."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from app.errors import BadInput, DomainError
from app.text import collapse

MAX_EVIDENCE_BYTES = 10 * 1024 * 1024
MAX_EVIDENCE_NAME = 120
LEAST_TEXT, MOST_TEXT = 5, 2000
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PICTURE = "image/*"
PICTURE_SIGNS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
ENDINGS = {PDF: ".pdf", DOCX: ".docx", "image/webp": ".webp", "image/png": ".png"}
MOST_PARTS_OF_DOCX = 2000
TOO_LARGE = "Tệp minh chứng nặng quá 10 MB: bạn hãy thu nhỏ rồi chọn lại."
WRONG_KIND = "Tệp minh chứng phải là PDF, Word (.docx), hoặc ảnh JPG, PNG. Tệp Word có macro không nhận."


class OwnAttestation(DomainError):
    message = "Không ai tự xác nhận cho chính mình."
    todo = "Bạn hãy nhờ cán bộ khác hoặc đơn vị cấp trên xác nhận."


class NotAttested(DomainError):
    message = "Tiêu chí này không còn cần cán bộ xác nhận: tiêu chí của đợt thi đua vừa được sửa."


@dataclass(frozen=True)
class Claim:
    """Somebody's word on one attested criterion of exactly one account or one unit."""

    code: str
    account_id: int | None
    unit_id: int | None
    is_met: bool
    text: str


@dataclass(frozen=True)
class Evidence:
    """A file as it came: `name` as the browser told it."""

    name: str
    content: bytes


def kind_of(content: bytes) -> str:
    """PDF, DOCX or PICTURE by what is in the file, whatever it is called. Raises BadInput."""
    if len(content) > MAX_EVIDENCE_BYTES:
        raise BadInput(TOO_LARGE)
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(PICTURE_SIGNS):
        return PICTURE
    if _is_plain_docx(content):
        return DOCX
    raise BadInput(WRONG_KIND)


def _is_plain_docx(content: bytes) -> bool:
    """A Word document without macros; nothing in it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    has_macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    is_word = {"[Content_Types].xml", "word/document.xml"} <= set(names)
    return is_word and not has_macros and len(names) <= MOST_PARTS_OF_DOCX


def evidence_name(name: str, media_type: str) -> str:
    """What the file is called from now on: the typed name without folders, with the ending of what it is."""
    stem = collapse(PurePosixPath(name.replace("\\", "/")).stem) or "minh chứng"
    ending = ENDINGS[media_type]
    return stem[: MAX_EVIDENCE_NAME - len(ending)] + ending
