"""Word templates: ours hold, organisers' may print fields and nothing else, values stay text."""

import io
import re
import unicodedata
import zipfile

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from app.commendation import template_reader as reader
from app.commendation import template_rules as rules
from app.commendation import template_services as services
from app.commendation.package_reader import check_package
from app.commendation.template_rules import Kind
from app.errors import BadInput
from tests.architecture import ROOT
from tests.commendation.word import changed, make_word, parts_of, saved, words_of

# What a name may be made of once app.text.clean let it in.
TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters="\ufffe\uffff"), max_size=60
).map(lambda text: unicodedata.normalize("NFC", text))
HOSTILE = [
    "Thí sinh mẫu Ưỡng & <b>Ễ</b>",
    "{{ so_ca_nhan }} {% for x in ca_nhan %}",
    "{_{ so_ca_nhan }_} {_% raw %_}",
    '=HYPERLINK("http://vd.vn")',
    "</w:t></w:r></w:p><w:p><w:r><w:t>\"'",
    "]]> &amp; &#x41;",
]


def refusal(content, kind=Kind.LIST):
    with pytest.raises(BadInput) as caught:
        reader.check(content, kind)
    return str(caught.value)


@pytest.mark.parametrize("kind", list(Kind))
def test_our_own_templates_hold(kind):
    content = services.default_of(kind)

    reader.check(content, kind)

    empty = reader.fill(content, kind, rules.sample(kind, rows=0))
    assert not [text for text in words_of(empty) if re.search(r"\{[{%#]|[#%}]\}", text)]


@pytest.mark.parametrize("kind", list(Kind))
def test_our_own_templates_print_every_field_but_the_place_of_another(kind):
    source = parts_of(services.default_of(kind))["word/document.xml"].decode()
    named = {field.name for field in rules.scalars_of(kind)} - {field.name for field in rules.COMMON}

    missing = {name for name in named if not re.search(rf"\b{name}\b", source)}

    assert missing == set()


@pytest.mark.parametrize("kind", list(Kind))
def test_our_tables_repeat_their_heads_and_keep_rows_whole(kind):
    filled = reader.fill(services.default_of(kind), kind, rules.sample(kind, rows=3))

    tables = [table for table in Document(io.BytesIO(filled)).tables if len(table.rows) > 1]
    assert tables
    for table in tables:
        assert table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None


@pytest.mark.parametrize("name", HOSTILE)
def test_what_people_wrote_stays_text(name):
    values = rules.sample(Kind.LIST, rows=0)
    values["ca_nhan"] = [
        {"stt": 1, "ho_ten": name, "chuc_vu": name, "don_vi": name, "thanh_tich": name} for _row in range(2)
    ]

    filled = reader.fill(services.default_of(Kind.LIST), Kind.LIST, values)

    assert words_of(filled).count(as_printed(name)) == 8
    check_package(filled)


@given(TEXT)
@settings(max_examples=25)
def test_any_name_comes_out_as_it_went_in(name):
    template = make_word("{{ co_quan_khen }}")
    values = rules.sample(Kind.LIST, rows=0) | {"co_quan_khen": name}

    (printed, *_rest) = words_of(reader.fill(template, Kind.LIST, values))

    assert printed == as_printed(name)


def as_printed(text):
    """The engine's own way to write its brackets; they are text by then."""
    for written, meant in {"{_{": "{{", "}_}": "}}", "{_%": "{%", "%_}": "%}"}.items():
        text = text.replace(written, meant)
    return text


def test_lines_of_a_report_stay_lines():
    values = rules.sample(Kind.REPORT_PERSON, rows=0) | {"ket_qua": "Một\nHai"}

    filled = reader.fill(services.default_of(Kind.REPORT_PERSON), Kind.REPORT_PERSON, values)

    assert "Một\nHai" in words_of(filled)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{{ ho_ten }}", "ho_ten"),
        ("{{ mat_khau|upper }}", "mat_khau"),
        ("{% if bi_mat %}x{% endif %}", "bi_mat"),
        ("{{ config.SECRET_KEY }}", "config.SECRET_KEY"),
        ("{{ self.__init__ }}", "self.__init__"),
        ("{% for x in ca_nhan %}{{ x.dien_thoai }}{% endfor %}", "x.dien_thoai"),
        ("{% for x in ca_nhan %}{{ x.__class__ }}{% endfor %}", "x.__class__"),
        ("{% for x in ca_nhan %}{{ loop.cycle }}{% endfor %}", "loop.cycle"),
    ],
)
def test_a_field_that_is_none_is_named(text, name):
    assert refusal(make_word(text)) == f"Mẫu dùng trường “{name}”, loại văn bản này không có trường đó."


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ co_quan_khen.__class__ }}",
        "{{ co_quan_khen['x'] }}",
        "{{ co_quan_khen.format(1) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ range(10) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ [1, 2] }}",
        "{{ {'a': 1} }}",
        "{{ co_quan_khen|attr('__class__') }}",
        "{{ co_quan_khen|safe }}",
        "{{ co_quan_khen|map('upper') }}",
        "{{ co_quan_khen|center(100000000) }}",
        "{% set x = 1 %}",
        "{% macro x() %}{% endmacro %}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% block x %}{% endblock %}",
        "{% autoescape false %}{{ co_quan_khen }}{% endautoescape %}",
        "{% filter upper %}x{% endfilter %}",
        "{% call co_quan_khen() %}{% endcall %}",
        "{% for x in ca_nhan if x.stt %}{% endfor %}",
        "{% for x in ca_nhan recursive %}{% endfor %}",
        "{% for x in range(10) %}{% endfor %}",
        "{% for x in 'abc' %}{% endfor %}",
        "{% for x in ca_nhan %}{{ x }}{% endfor %}",
    ],
)
def test_nothing_but_fields_lists_and_choices_is_let_through(text):
    message = refusal(make_word(text))

    assert message.startswith(("Mẫu có lệnh không dùng được", "Mẫu dùng trường", "Mẫu có trường hoặc lệnh"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ co_quan_khen", "viết sai"),
        ("{{ co quan khen }}", "viết sai"),
        ("{% if so_ca_nhan %}", "viết sai"),
        ("{{ ca_nhan }}", "“ca_nhan” là danh sách"),
        ("{% for x in co_quan_khen %}{% endfor %}", "“co_quan_khen” không phải danh sách"),
        (
            "{% for x in ca_nhan %}{% for y in ca_nhan %}{% endfor %}{% endfor %}",
            "vòng lặp nằm trong",
        ),
        ("{{r co_quan_khen }}", "“co_quan_khen” không nằm trong chữ"),
        ("{{p co_quan_khen }}", "“co_quan_khen” không nằm trong chữ"),
        ("{% cellbg co_quan_khen %}", "viết sai"),
    ],
)
def test_the_sentence_says_what_to_mend(text, message):
    assert message in refusal(make_word(text))


def test_values_stand_only_where_text_stands():
    in_cell = make_word(rows=["{% cellbg co_quan_khen %}x"])
    in_name = changed(
        make_word("x"),
        **{"word/document.xml": lambda xml: xml.replace(b"<w:body>", b'<w:body><w:p w:rsidR="{{ nam }}"/>')},
    )

    assert "không nằm trong chữ" in refusal(in_cell)
    assert "không nằm trong chữ" in refusal(in_name)


def test_a_loop_that_tears_the_page_is_refused():
    content = make_word("{% for x in ca_nhan %}", "{{ x.ho_ten }}", "{% endfor %} xong")

    assert "bố cục của mẫu bị vỡ" in refusal(
        changed(
            content,
            **{
                "word/document.xml": lambda xml: xml.replace(
                    b"{% endfor %}", b"</w:t></w:r></w:p>{% endfor %}<w:p><w:r><w:t>"
                )
            },
        )
    )


def test_rows_of_a_table_repeat():
    rows = ["{%tr for x in ca_nhan %}", "{{ loop.index }}. {{ x.ho_ten|upper }}", "{%tr endfor %}"]
    content = make_word("{% if so_ca_nhan > 1 %}Nhiều{% else %}Ít{% endif %}", rows=rows)
    reader.check(content, Kind.LIST)
    values = rules.sample(Kind.LIST, rows=3)

    assert words_of(reader.fill(content, Kind.LIST, values)) == [
        "Nhiều",
        *(f"{number}. THÍ SINH MẪU NGUYỄN THỊ ƯỠNG" for number in (1, 2, 3)),
    ]


def with_field(code):
    document = Document()
    run = document.add_paragraph().add_run()
    text = OxmlElement("w:instrText")
    text.text = code
    run._r.append(text)
    return saved(document)


def with_link(target):
    document = Document()
    document.part.relate_to(
        target,
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
        is_external=True,
    )
    return saved(document)


WORD = make_word("x")
TYPES = "[Content_Types].xml"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "không phải tệp Word"),
        (b"%PDF-1.7", "không phải tệp Word"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "không phải tệp Word"),
        (WORD[:-200], "bị hỏng"),
        (changed(WORD, **{"word/vbaProject.bin": b"x"}), "Tệp có macro"),
        (
            changed(
                WORD,
                **{TYPES: lambda xml: xml.replace(b"wordprocessingml.document.main", b"x.macroEnabled.main")},
            ),
            "Tệp có macro",
        ),
        (
            changed(WORD, **{TYPES: lambda xml: xml.replace(b"document.main+xml", b"template.main+xml")}),
            "không phải tệp Word",
        ),
        (changed(WORD, **{"word/embeddings/a.xlsx": b"x"}), "đối tượng nhúng"),
        (changed(WORD, **{"word/a.html": b"x"}), "đối tượng nhúng"),
        (
            changed(
                WORD, **{"word/document.xml": lambda xml: xml.replace(b"<w:body>", b"<w:body><w:altChunk/>")}
            ),
            "đối tượng nhúng",
        ),
        (with_link("http://vd.vn/x"), "liên kết ra ngoài (http://vd.vn/x)"),
        (with_link("file:///etc/passwd"), "liên kết ra ngoài"),
        (with_field(' INCLUDETEXT "/etc/passwd" '), "trường tự tính của Word (INCLUDETEXT"),
        (with_field(" DDEAUTO c:\\\\windows "), "trường tự tính"),
        (with_field(" PAGE {{ nam }} "), "trường tự tính"),
        (
            changed(WORD, **{"word/styles.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}),
            "DOCTYPE",
        ),
        (changed(WORD, **{"../x.xml": b"<x/>"}), "chỉ ra ngoài gói"),
        (changed(WORD, **{"word/x.xml": b"<x>"}), "XML bị lỗi"),
        (make_word("x", title="{{ nam }}"), "Thuộc tính của tệp"),
    ],
)
def test_a_file_that_does_more_than_show_text_is_refused(content, message):
    assert message in refusal(content)


def test_a_bomb_is_refused_before_it_is_unpacked():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in parts_of(WORD).items():
            package.writestr(name, body)
        package.writestr("word/media/a.png", bytes(60 * 1024 * 1024))

    assert len(target.getvalue()) < rules.MAX_FILE_BYTES
    assert "phình ra quá nhiều lần" in refusal(target.getvalue())


def test_page_numbers_are_let_through():
    reader.check(with_field(" PAGE   \\* MERGEFORMAT "), Kind.LIST)


def test_the_child_says_why_and_fills():
    with pytest.raises(rules.TemplateRefused, match="“bi_mat”"):
        services.try_template(Kind.LIST, make_word("{{ bi_mat }}"))
    with pytest.raises(rules.TemplateRefused, match="2 MB"):
        services.try_template(Kind.LIST, bytes(rules.MAX_FILE_BYTES + 1))

    values = rules.sample(Kind.LIST, rows=0) | {"co_quan_khen": "Ủy ban & Ỗ"}
    assert words_of(services.run(Kind.LIST, make_word("{{ co_quan_khen }}"), values)) == ["Ủy ban & Ỗ"]


def test_a_template_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr(services, "MAX_SECONDS", 0.01)

    with pytest.raises(rules.TemplateRefused, match="quá nhiều thời gian"):
        services.try_template(Kind.LIST, WORD)


def test_values_are_exactly_the_fields_of_the_kind():
    for kind in Kind:
        rules.check_values(kind, rules.sample(kind, rows=2))
    with pytest.raises(ValueError, match="mat_khau"):
        rules.check_values(Kind.LIST, rules.sample(Kind.LIST, rows=0) | {"mat_khau": "x"})
    with pytest.raises(ValueError, match="ca_nhan"):
        rules.check_values(Kind.LIST, rules.sample(Kind.LIST, rows=0) | {"ca_nhan": [{"ho_ten": "x"}]})


@pytest.mark.parametrize("kind", list(Kind))
def test_the_guide_names_every_field(kind):
    guide = (ROOT / "docs" / "mau-van-ban.md").read_text(encoding="utf-8")

    fields = [(field.name, field.label) for field in rules.scalars_of(kind)]
    fields += [(f"dong.{field.name}", field.label) for row in rules.rows_of(kind) for field in row.fields]
    assert [name for name, label in fields if f"`{{{{ {name} }}}}` | {label} |" not in guide] == []
