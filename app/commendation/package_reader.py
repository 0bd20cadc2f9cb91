"""A Word file from a stranger, looked at part by part before any library opens it."""

import re
import zipfile

from lxml import etree

from app.errors import BadInput
from app.questions.formats import package_rules
from app.questions.formats.xml_reader import named, parse

MAX_PARTS = 300
MAX_UNPACKED_BYTES = 24 * 1024 * 1024
TYPES, DOCUMENT = "[Content_Types].xml", "word/document.xml"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ALLOWED = frozenset(
    {".xml", ".rels", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf"}
)
# Text in Word that is computed when the file is opened; page numbers alone are let through.
PAGE_FIELD = re.compile(r"\s*(PAGE|NUMPAGES|SECTIONPAGES)?(\s|\\\*|MERGEFORMAT|Arabic|roman|ROMAN)*\Z")
LOADS_SOMETHING = ("altChunk", "object", "control", "subDoc", "OLEObject", "attachedTemplate", "dataSource")

NOT_WORD = "Tệp này không phải tệp Word .docx: bạn mở bằng Word rồi lưu lại dạng .docx."
WITH_MACRO = "Tệp có macro: bạn lưu lại dạng .docx không có macro."
WITH_LINK = "Tệp có liên kết ra ngoài ({target}): bạn bỏ liên kết đó rồi tải lên lại."
WITH_OBJECT = "Tệp có tệp khác hoặc đối tượng nhúng bên trong: bạn bỏ đi, chỉ giữ chữ, bảng và hình."
WITH_FIELD = "Tệp có trường tự tính của Word ({field}): chỉ dùng được trường số trang."
TOO_LARGE = "Tệp khi mở ra quá lớn: bạn giảm cỡ hình rồi tải lên lại."


def check_package(content: bytes) -> None:
    """Nothing in the package runs, loads or reaches out when somebody opens it. Raises BadInput."""
    if not package_rules.is_package(content):
        raise BadInput(NOT_WORD)
    package = package_rules.open_package(content)
    entries = package.infolist()
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise BadInput(TOO_LARGE)
    names = {entry.filename for entry in entries}
    if not {TYPES, DOCUMENT} <= names:
        raise BadInput(NOT_WORD)
    package_rules.check_contents(package)
    _check_types(parse(package_rules.read_part(package, TYPES)))
    for entry in entries:
        if not entry.is_dir():
            _check_part(package, entry.filename)


def _check_types(types: etree._Element) -> None:
    found = {element.get("PartName", ""): element.get("ContentType", "") for element in types}
    if any("macro" in kind.lower() or "vba" in kind.lower() for kind in found.values()):
        raise BadInput(WITH_MACRO)
    if found.get(f"/{DOCUMENT}") != WORD_TYPE:
        raise BadInput(NOT_WORD)


def _check_part(package: zipfile.ZipFile, name: str) -> None:
    suffix = "." + name.lower().rpartition(".")[2]
    if suffix == ".bin" and "vba" in name.lower():
        raise BadInput(WITH_MACRO)
    if suffix not in ALLOWED:
        raise BadInput(WITH_OBJECT)
    if suffix not in (".xml", ".rels"):
        return
    root = parse(package_rules.read_part(package, name))
    if suffix == ".rels":
        _check_links(root)
        return
    if named(root, *LOADS_SOMETHING):
        raise BadInput(WITH_OBJECT)
    _check_fields(root)


def _check_links(root: etree._Element) -> None:
    for link in root:
        if link.get("TargetMode", "").lower() == "external":
            raise BadInput(WITH_LINK.format(target=link.get("Target", "")[:80]))


def _check_fields(root: etree._Element) -> None:
    codes = [element.text or "" for element in named(root, "instrText", "delInstrText")]
    codes += [value for element in named(root, "fldSimple") for value in element.attrib.values()]
    for code in codes:
        if not PAGE_FIELD.match(code):
            raise BadInput(WITH_FIELD.format(field=code.strip()[:40]))
