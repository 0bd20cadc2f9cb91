"""Hostile input: values, names, bodies, headers and paths that no page of ours sends."""

import json
import random
import unicodedata

from app.models import metadata
from tests.security.wire import FORM, JSON, form_of

BIG = b"a" * 1_000_000
MANY = 10_000
PARTS = 1_100
BOUNDARY = "ranh-gioi"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
NFD = unicodedata.normalize("NFD", "Nguyễn Thị Thuỷ")

# Tried on every field of every route.
CORE = (
    *(b"", b"a\x00b", b"\x1b[31m", b"\xff\xfe", b"\xed\xa0\x80", b"a" * 60_000),
    *("\u202eabc".encode(), NFD.encode(), "👍🏽".encode(), "１２".encode(), "²".encode(), b"1_0", b"-1"),
    *(str(number).encode() for number in (0, 2**31, 2**63, 10**400)),
    *(b"31/02/2000", b"' OR 1=1 --", b"<script>alert(1)</script>", b"a" * 300),
)
TEXTS = (
    *(" ", "a", "\t", "a\nb", "a\r\nb", "a\rb", "\x00", "a\x08", "\x7f", "\x85", "\ufffd", "\uffff"),
    *(
        "\U000e0041",
        "a\u200b",
        "\u2066a",
        "\ufeffa",
        "a\u00adb",
        "\u2028",
        "\u0301",
        "Thủy",
        "Z\u0351\u036b" * 40,
    ),
    *("🇻🇳", "𝕳𝖔", "ﷺ" * 40, "аdmin", "ＡＢ", "ß", "İ", "+1", "-0", "00", "1.5", "1e5", "0x10", "٣", "Ⅷ"),
    *("½", "NaN", "Infinity", str(-(2**31) - 1), str(2**64), "1" * 5_000, "1.000.000.000.000", "0/0/0"),
    *(
        "1/1/0001",
        "31/12/9999",
        "24:61",
        "99h99",
        "5",
        "on",
        "y",
        "true",
        "null",
        '"; DROP TABLE accounts; --',
    ),
    *("%", "_", "\\", "%%", "*", "[", "(a+)+$", "a" * 290 + "!", "%00", "%s%n", "%(a)s", "{0}", "{{7*7}}"),
    *("{% raw %}", "${7*7}", "[]", "{}", '{"a":1}', "<img src=x onerror=alert(1)>", "]]>", "--><b>"),
    *("javascript:alert(1)", "//kheo.example", "https://kheo.example/", "/\\kheo.example", "/../.."),
    *("../../etc/passwd", "file:///etc", "=1+1", "@SUM(A1)", "a\r\nSet-Cookie: a=b", "k" * 90, "a " * 200),
)
# Each field gets some of these, the next field the next ones.
REST: tuple[bytes, ...] = (
    *(text.encode() for text in TEXTS),
    *(b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xc3", b"a\xffb", "ạ".encode() * 19_000, b"(" * 30_000),
)
SHARE = 10


def values_for(place: int) -> list[bytes]:
    """What is tried at the n-th place: all of CORE and one in SHARE of REST."""
    return [*CORE, *REST[place % SHARE :: SHARE]]


PATH_VALUES = (
    *(b"..", b".", b"~", b"-", b"0" * 32, b"f" * 32, b"F" * 32, b"a" * 2_000, b"K" * 12, b"2" * 12),
    *(b"1;DROP", b"1%2F2", b"%2e%2e", b"9223372036854775807", b"-9223372036854775808", b"a/b", b"/"),
)

HEADERS = (
    *((name, "\xff\xfe") for name in ("User-Agent", "Referer", "Accept-Language", "If-None-Match", "Cookie")),
    *(
        ("Referer", value)
        for value in ("http://[", "http://localhost/[x]", "http://localhost:99999/", "%", "//")
    ),
    *(("Referer", value) for value in ("http://localhost/\u00e9", "javascript:1", "http://localhost//a")),
    *(
        ("Cookie", value)
        for value in ("kheo=", "kheo=a.b.c", "kheo=%00", "kheo-device=a.b", ";;;==", "a" * 8_000)
    ),
    *(("Cookie", value) for value in ("kheo=.eJw", "kheo=\x00", 'kheo="', "kheo=e30.AAAA.AAAA")),
    *(("User-Agent", value) for value in ("", "\x00", "a" * 8_000, "Mozilla/5.0 (\u00a0) <script>")),
    *(
        ("Origin", value)
        for value in ("null", "", "http://localhost.example", "http://[", "\xff", "http://localhost:81")
    ),
    *(("Sec-Fetch-Site", value) for value in ("cross-site", "same-site", "\xff", "")),
    *(
        ("Host", value)
        for value in ("kheo.example", "a b", "[", "localhost:99999", "", "\xff", "localhost@kheo.example")
    ),
    *(("X-Forwarded-For", value) for value in ("1.2.3.4", "a", "1.2.3.4, 5.6.7.8", "::1", "\xff")),
    *(("X-Forwarded-Host", "kheo.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "//a")),
    *(("Content-Length", value) for value in ("-1", "a", "1e3", "99999999999999999999", "１２")),
    *(
        ("Content-Type", value)
        for value in ("\xff", "a", "application/json; charset=\xff", "multipart/form-data")
    ),
    *(
        ("Content-Type", value)
        for value in (f"{FORM}; charset=utf-16", f"{FORM}; charset=nothing", "text/xml")
    ),
    *(("Range", "bytes=0-"), ("If-Modified-Since", "nothing"), ("X-HTTP-Method-Override", "DELETE")),
    *(("Accept-Encoding", value) for value in ("\xff", "gzip;q=a", "*;q=0")),
    *(("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Expect", "100-continue")),
    *(("X-CSRFToken", value) for value in ("\xff", "", "a.b.c", "a" * 8_000)),
)

HEADER_SHARE = 4


def headers_for(place: int) -> tuple[tuple[str, str], ...]:
    """What is tried at the n-th address: one in HEADER_SHARE of all headers."""
    return HEADERS[place % HEADER_SHARE :: HEADER_SHARE]


METHODS = (
    "PUT",
    "PATCH",
    "DELETE",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "HEAD",
    "OPTIONS",
    "GET",
    "POST",
    "FOO",
    "get",
)


def name_variants(name: bytes, value: bytes) -> list[list[tuple[bytes, bytes]]]:
    """The same field twice, as an array, under a name that looks alike, and not at all."""
    return [[(name, value), (name, b"khac")], [(name + b"[]", value)], [(name.upper(), value)], []]


def column_names() -> list[str]:
    """Every column of every table: what mass assignment would try."""
    return sorted({column.name for table in metadata.sorted_tables for column in table.columns})


def form_bodies() -> list[tuple[str, bytes]]:
    """(content type, body) that no form sends."""
    many = form_of([(f"a{n}".encode(), b"1") for n in range(MANY)])
    same = form_of([(b"a", b"1")] * MANY)
    return [
        (FORM, many),
        (FORM, same),
        (FORM, form_of([(f"a{n}".encode(), b"") for n in range(PARTS)])),
        (FORM, BIG),
        (FORM, b"&" * 60_000),
        (FORM, b"=" * 60_000),
        (FORM, b"%" * 60_000),
        (FORM, b"%ff=%fe&\xff=\xfe"),
        (FORM, b"\x00=\x00"),
        (FORM, b"csrf_token=%00"),
        (FORM, b"csrf_token=a&csrf_token=b"),
        (f"{FORM}; charset=utf-7", b"a=+AGEAYg-"),
        (MULTIPART, multipart([(f"a{n}", b"1") for n in range(PARTS)])),
        (MULTIPART, multipart([("a", b"a" * 600_000)])),
        (MULTIPART, multipart([("a", b"a" * 60_000)])),
        (MULTIPART, multipart([("a", b"\x00\xff")])),
        (MULTIPART, multipart([("a", b"1")])[:-20]),
        (MULTIPART, b""),
        (MULTIPART, b"--" + BOUNDARY.encode()),
        (MULTIPART, multipart([('a"; filename="a.exe', b"MZ")])),
        (MULTIPART, multipart([("a", b"1")]).replace(b"form-data", b"\xff\xfe")),
        ("multipart/form-data", b"a"),
        ("multipart/form-data; boundary=", b"a"),
        (f"multipart/form-data; boundary={'b' * 5_000}", b"a"),
        ("text/plain", b"a=1"),
        ("text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
        ("application/octet-stream", bytes(range(256))),
        ("", b"a=1"),
        ("\xff", b"a=1"),
    ]


def json_bodies() -> list[tuple[str, bytes]]:
    deep = 100_000
    bodies = [
        *(
            b"",
            b" ",
            b"\x00",
            b"null",
            b"true",
            b"1",
            b'"a"',
            b"[]",
            b"{}",
            b"[[]]",
            b"{",
            b"}",
            b"{]",
            b"nul",
        ),
        *(
            b"[" * deep,
            b'{"a":' * deep,
            b"[" * 30_000 + b"]" * 30_000,
            b'{"answers":' * 90 + b"{}" + b"}" * 90,
        ),
        *(b"1" * 5_000, b'{"prediction": ' + b"9" * 5_000 + b"}", b'{"prediction": 1e999}', b"-" * 100),
        *(b'{"prediction": NaN}', b'{"prediction": Infinity}', b'{"prediction": -Infinity}'),
        *(b'{"save_id": "a", "save_id": "b"}', b'{"answers": {"1": "A", "1": "B"}}'),
        *(b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b'{"save_id": "\xed\xa0\x80"}', b'{"save_id": "\xff"}'),
        *(b'{"save_id": "\\ud800"}', b'{"save_id": "\\u0000"}', b'{"answers": {"\\ud800": "A"}}'),
        *(b'{"khong_co": 1}', b'{"csrf_token": "a"}', b'{"__proto__": {}}', b'{"save_id": {"$ne": 1}}'),
        json.dumps({"answers": {str(n): "A" for n in range(MANY)}}).encode(),
        json.dumps({f"a{n}": 1 for n in range(2_000)}).encode(),
        BIG,
    ]
    types = (JSON, f"{JSON}; charset=utf-16", "application/json+a")
    return [(JSON, body) for body in bodies] + [(kind, b"{}") for kind in types]


def sheet_bodies() -> list[tuple[str, bytes]]:
    """Saves of an attempt with one wrong part each."""
    ids = [
        "",
        "a",
        "A" * 32,
        "g" * 32,
        "0" * 33,
        "０" * 32,
        1,
        None,
        [],
        {},
        True,
        "0" * 31 + "\n",
        "\x00" * 32,
    ]
    answers: list[object] = [
        *(None, [], "A", 1, True, {"0": "A"}, {"-1": "A"}, {"1": ""}, {"1": "a"}, {"1": "AA"}, {"1": "BA"}),
        *({"1": None}, {"1": 1}, {"1": ["A"]}, {"1": {}}, {"１": "A"}, {"01": "A"}, {"1_0": "A"}, {"1": "Z"}),
        *({"1": "ABCDEFGHI"}, {"999": "A"}, {str(2**63): "A"}, {"1": "A" * 5_000}, {"1" * 5_000: "A"}),
        *({"": "A"}, {" 1": "A"}, {"1": "\x00"}, {"1": "Ａ"}, {"1 OR 1=1": "A"}, {"%": "A"}, {"1": ".*"}),
        *({"1": "[A]"}, {"1": "A*"}, {"1": "A|B"}, {"*": "*"}, {str(n): "A" for n in range(1, 399)}),
    ]
    predictions = [
        "",
        "1",
        "a",
        -1,
        1.5,
        100_000_000,
        2**31,
        2**63,
        True,
        [],
        {},
        "１２",
        "1_0",
        " 1",
        -0.0,
        1e3,
    ]
    good = {"save_id": "0123456789abcdef0123456789abcdef", "answers": {"1": "A"}, "prediction": 1}
    changed = [{"save_id": value} for value in ids]
    changed += [{"answers": value} for value in answers]
    changed += [{"prediction": value} for value in predictions]
    changed += [{name: 1} for name in column_names() if name not in good]
    return [(JSON, json.dumps(good | change).encode()) for change in changed]


def multipart(fields: list[tuple[str, bytes]]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in fields
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def queries() -> list[bytes]:
    return [
        form_of([(f"a{n}".encode(), b"1") for n in range(MANY)]),
        form_of([(b"a", b"1")] * MANY),
        BIG,
        b"&" * 5_000,
        b"%",
        b"%f",
        b"%ff",
        b"\xff",
        b"a=%00",
        b"%00=a",
        b"[]=1",
        b"a[b][c]=1",
        b"=",
        b"a=" + b"%C3" * 3_000,
        b"a=%ED%A0%80",
        "a=\u202e".encode(),
    ]


def random_paths(count: int) -> list[bytes]:
    """The same paths in every run: words of our addresses, random bytes, what scanners ask for."""
    chance = random.Random(20240408)  # noqa: S311 -- nothing secret
    words = [
        b"cuoc-thi",
        b"tuan",
        b"1",
        b"luot-thi",
        b"can-bo",
        b"ban-to-chuc",
        b"quan-tri",
        b"api",
        b"v1",
        b"..",
    ]
    words += [
        b"the-le",
        b"bien-nhan",
        b"%2e%2e",
        b"static",
        b"..%2f",
        b"%00",
        b"%ff",
        b".git",
        b".env",
        b"",
        b"a.php",
    ]

    def piece() -> bytes:
        if chance.random() < 0.6:
            return chance.choice(words)
        letters = bytes(chance.choices(range(33, 127), k=chance.randrange(1, 30)))
        return letters.replace(b"?", b"").replace(b"#", b"").replace(b"%", b"%25")

    return [b"/" + b"/".join(piece() for _ in range(chance.randrange(1, 6))) for _ in range(count)]
