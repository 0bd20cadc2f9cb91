"""Zip packages from strangers: everything that is wrong with one is told before any of it is unpacked."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

from app.errors import BadInput

MAX_ENTRIES = 12_000
MAX_UNPACKED_BYTES = 160 * 1024 * 1024
MAX_PART_BYTES = 20 * 1024 * 1024
# Of entries that are large enough to matter; a sheet of empty rows stays below 60.
MAX_RATIO = 150
RATIO_MATTERS_FROM = 1024 * 1024
ENTRY_MARK = b"PK\x01\x02"
ARCHIVES = frozenset({".7z", ".bz2", ".gz", ".jar", ".rar", ".tar", ".tgz", ".xz", ".zip"})
LINK_KIND, KIND_MASK = 0o120000, 0o170000
# What reading a damaged package ends in.
FAULTS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)
BROKEN = "Tệp nén bị hỏng hoặc tải lên chưa hết: hãy lưu lại rồi gửi lại."


def is_package(content: bytes) -> bool:
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def open_package(content: bytes) -> zipfile.ZipFile:
    """The package, after looking at its directory only. Raises BadInput."""
    if content.count(ENTRY_MARK) > MAX_ENTRIES:
        raise BadInput(f"Tệp nén có quá {MAX_ENTRIES} tệp bên trong.")
    try:
        package = zipfile.ZipFile(BytesIO(content))
        entries = package.infolist()
    except FAULTS as error:
        raise BadInput(BROKEN) from error
    for message in _entry_problems(entries):
        raise BadInput(message)
    return package


def check_contents(package: zipfile.ZipFile) -> None:
    """Unpack every entry piece by piece, keeping none: each must be what the directory says.

    Raises BadInput.
    """
    for entry in package.infolist():
        _copy(package, entry, keeps=False)


def read_part(package: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of one entry. Raises BadInput when it is not there, damaged or too large."""
    try:
        entry = package.getinfo(name)
    except KeyError as error:
        raise BadInput(f"Trong gói không có tệp {PurePosixPath(name).name}.") from error
    if entry.file_size > MAX_PART_BYTES:
        raise BadInput(f"Tệp {PurePosixPath(name).name} trong gói quá lớn.")
    return _copy(package, entry, keeps=True)


def _copy(package: zipfile.ZipFile, entry: zipfile.ZipInfo, *, keeps: bool) -> bytes:
    pieces = []
    try:
        with package.open(entry) as stream:
            while piece := stream.read(1 << 18):
                if keeps:
                    pieces.append(piece)
    except FAULTS as error:
        raise BadInput(BROKEN) from error
    return b"".join(pieces)


def _entry_problems(entries: list[zipfile.ZipInfo]) -> Iterator[str]:
    if len(entries) > MAX_ENTRIES:
        yield f"Tệp nén có quá {MAX_ENTRIES} tệp bên trong."
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        yield f"Tệp nén khi mở ra lớn hơn {MAX_UNPACKED_BYTES // 1024 // 1024} MB: không nhận tệp này."
    names: set[str] = set()
    for entry in entries:
        yield from _problems_of(entry)
        if entry.filename in names:
            yield "Tệp nén có hai tệp cùng tên."
        names.add(entry.filename)


def _problems_of(entry: zipfile.ZipInfo) -> Iterator[str]:
    if entry.flag_bits & 0x1:
        yield "Tệp có mật khẩu: hãy bỏ mật khẩu rồi gửi lại."
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield "Tệp nén theo kiểu lạ: hãy nén lại bằng kiểu zip thông thường."
    if entry.file_size > RATIO_MATTERS_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        yield "Tệp nén phình ra quá nhiều lần khi mở: không nhận tệp này."
    name = entry.orig_filename.replace("\\", "/")
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in name:
        yield "Tệp nén có đường dẫn chỉ ra ngoài gói: không nhận tệp này."
    if (entry.external_attr >> 16) & KIND_MASK == LINK_KIND:
        yield "Tệp nén có liên kết thay cho tệp: không nhận tệp này."
    if PurePosixPath(name).suffix.lower() in ARCHIVES:
        yield "Trong tệp nén còn một tệp nén khác: hãy mở ra và gửi từng tệp."
