"""What a file is, told by what is in it; its name only helps to say what is missing."""

import re
from collections.abc import Mapping
from xml.parsers.expat import ExpatError, ParserCreate

from app.errors import BadInput
from app.questions.formats import package_rules

FORMAT_NAMES = {
    "xlsx": "Excel (.xlsx)",
    "docx": "Word (.docx)",
    "text": "Văn bản (.txt)",
    "gift": "GIFT của Moodle",
    "aiken": "Aiken",
    "moodle": "Moodle XML",
    "qti": "QTI 2.1 hoặc 2.2",
    "qti12": "QTI 1.2 (Canvas, Blackboard)",
}
ALIASES = {
    "xls": "xlsx",
    "excel": "xlsx",
    "word": "docx",
    "txt": "text",
    "moodlexml": "moodle",
    "qti2": "qti",
    "qti21": "qti",
    "qti22": "qti",
    "qti1": "qti12",
}
ROOTS = {"quiz": "moodle", "assessmentItem": "qti", "questestinterop": "qti12"}
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MANIFEST = "imsmanifest.xml"
QTI_2 = re.compile(rb"imsqti_(?:item|test|assessment)?_?xmlv2p|imsqti_v2p|imsqti_apipitem")
OTHERS: Mapping[bytes, str] = {
    b"%PDF": "tệp PDF: hãy lưu bản gốc thành .docx hoặc .xlsx rồi gửi lại",
    b"{\\rtf": "tệp RTF: hãy mở bằng Word và lưu thành .docx rồi gửi lại",
    b"Rar!": "tệp nén RAR: hãy mở ra và gửi từng tệp",
    b"7z\xbc\xaf": "tệp nén 7z: hãy mở ra và gửi từng tệp",
    b"\x1f\x8b": "tệp nén (có thể là bản sao lưu Moodle): hãy xuất câu hỏi thành Moodle XML rồi gửi lại",
    b"\x89PNG": "tệp ảnh: hãy gửi câu hỏi dạng chữ",
    b"\xff\xd8\xff": "tệp ảnh: hãy gửi câu hỏi dạng chữ",
    b"GIF8": "tệp ảnh: hãy gửi câu hỏi dạng chữ",
}
PAGES = re.compile(r"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
# In GIFT an answer block holds = or ~, a word for true or false, or nothing.
GIFT_BLOCK = re.compile(
    r"(?<!\\)\{\s*(?:(?:%[-\d.]+%)?[=~#][^{}]*|T|F|TRUE|FALSE|)\s*\}|^\$CATEGORY:|^::.+?::", re.MULTILINE
)
AIKEN_ANSWER = re.compile(r"^ANSWER:\s*[A-Z]\s*$", re.MULTILINE)
AIKEN_OPTION = re.compile(r"^[A-Z][.)]\s", re.MULTILINE)
NUMBERED = re.compile(r"^\s*(?:câu|bài|câu hỏi)\s*\d+", re.MULTILINE | re.IGNORECASE)
LOOKED_AT = 200_000


class _Stop(Exception):
    """Enough has been seen."""


def format_named(name: str) -> str:
    """The format that a person means by a name ("QTI 2.1" → qti). Raises BadInput."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    found = ALIASES.get(plain, plain)
    if found not in FORMAT_NAMES:
        raise BadInput(f"Không có định dạng “{name[:40]}”. Các định dạng: {', '.join(FORMAT_NAMES)}.")
    return found


def detect(content: bytes) -> str:
    """A key of FORMAT_NAMES. Raises BadInput saying what the file looks like instead."""
    for mark, words in OTHERS.items():
        if content.startswith(mark):
            raise BadInput(f"Đây có vẻ là {words}.")
    if package_rules.is_package(content):
        return _package_format(content)
    if content.startswith(OLD_OFFICE):
        return _old_office_format(content)
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise BadInput("Tệp rỗng.")
    text = _text_of(content[:LOOKED_AT])
    if PAGES.match(text):
        raise BadInput("Đây có vẻ là trang web: hãy chép câu hỏi sang Word rồi gửi lại.")
    return _xml_format(content) if text.lstrip().startswith("<") else _text_format(text)


def _package_format(content: bytes) -> str:
    package = package_rules.open_package(content)
    names = package.namelist()
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if any(name.startswith("word/") for name in names):
        return "docx"
    if any(name.startswith("ppt/") for name in names):
        raise BadInput("Đây có vẻ là tệp PowerPoint: hãy chép câu hỏi sang Word rồi gửi lại.")
    if "mimetype" in names:
        raise BadInput("Đây có vẻ là tệp OpenDocument: hãy lưu thành .docx hoặc .xlsx rồi gửi lại.")
    if "moodle_backup.xml" in names:
        raise BadInput("Đây có vẻ là bản sao lưu Moodle: hãy xuất câu hỏi thành Moodle XML rồi gửi lại.")
    manifest = next((name for name in names if name.rpartition("/")[2] == MANIFEST), "")
    if not manifest:
        raise BadInput("Tệp nén này không phải Word, Excel hay gói QTI (không có imsmanifest.xml).")
    return "qti" if QTI_2.search(package_rules.read_part(package, manifest)) else "qti12"


def _old_office_format(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise BadInput("Tệp có mật khẩu: hãy bỏ mật khẩu rồi gửi lại.")
    if "WordDocument".encode("utf-16-le") in content:
        raise BadInput("Đây là tệp Word đời cũ (.doc): hãy lưu thành .docx rồi gửi lại.")
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return "xlsx"
    raise BadInput("Đây có vẻ là tệp Office đời cũ: hãy lưu thành .docx hoặc .xlsx rồi gửi lại.")


def _text_of(content: bytes) -> str:
    """Enough of the text to recognise marks in ASCII, whatever the encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if content[:2000].count(0) > len(content[:2000]) // 4:
        return content.replace(b"\0", b"").decode("latin-1")
    return content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def _xml_format(content: bytes) -> str:
    root = root_name(content)
    if root in ROOTS:
        return ROOTS[root]
    if root == "qti-assessment-item":
        raise BadInput("Đây là câu hỏi QTI 3: hãy xuất thành QTI 2.1 hoặc 2.2 rồi gửi lại.")
    raise BadInput(f"Tệp XML này không phải Moodle XML hay QTI (phần tử ngoài cùng là <{root[:40]}>).")


def root_name(content: bytes) -> str:
    """The name of the root element without its prefix. Raises BadInput: broken before it."""
    parser = ParserCreate()
    names: list[str] = []

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        names.append(name.rpartition(":")[2])
        raise _Stop

    parser.StartElementHandler = start
    try:
        parser.Parse(content, True)
    except _Stop:
        return names[0]
    except (ExpatError, ValueError, LookupError):
        pass
    raise BadInput(f"Tệp XML bị lỗi ở dòng {parser.CurrentLineNumber}: hãy xuất lại từ phần mềm gốc.")


def _text_format(text: str) -> str:
    if AIKEN_ANSWER.search(text) and AIKEN_OPTION.search(text) and not NUMBERED.search(text):
        return "aiken"
    return "gift" if GIFT_BLOCK.search(text) else "text"
