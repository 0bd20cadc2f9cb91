"""Zip packages for tests, honest and not."""

import struct
import zipfile
from io import BytesIO

MANIFEST_2 = '<manifest><resources><resource type="imsqti_item_xmlv2p1" href="i.xml"/></resources></manifest>'
MANIFEST_12 = '<manifest><resources><resource type="imsqti_xmlv1p2" href="q.xml"/></resources></manifest>'


def package(files, compression=zipfile.ZIP_DEFLATED):
    """A zip file of {name: str or bytes}."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return target.getvalue()


def bomb(mebibytes=256):
    """Zeros that pack about a thousandfold, under the name of a sheet."""
    return package({"xl/worksheets/sheet1.xml": b"\0" * (mebibytes << 20)})


def with_link():
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        info = zipfile.ZipInfo("imsmanifest.xml")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return target.getvalue()


def with_password():
    """A package whose directory says that its entry is encrypted."""
    content = bytearray(package({"xl/workbook.xml": "<x/>"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(mark) + offset
        struct.pack_into("<H", content, place, struct.unpack_from("<H", content, place)[0] | 1)
    return bytes(content)


def lying(size=1):
    """An entry whose directory says it is smaller than it is."""
    content = bytearray(package({"xl/workbook.xml": "x" * 5000}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(mark) + offset, size)
    return bytes(content)
