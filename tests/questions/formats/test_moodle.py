"""Moodle XML: what we write reads back with nothing lost; what Moodle writes is read or counted."""

import base64
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.questions.formats import moodle_reader, moodle_writer
from app.questions.rules import LETTERS, BankQuestion
from tests.questions.world import TOPICS, question

FIELDS = (
    *("key", "topic", "level", "asks", "stem", "options", "answer"),
    *("explanation", "source", "valid_from", "valid_until", "pinned"),
)
PICTURE = b"\x89PNG not really a picture"

words = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"], exclude_characters="\ufffd"),
    min_size=1,
    max_size=8,
)
texts = st.lists(words, min_size=1, max_size=6).map(
    lambda parts: unicodedata.normalize("NFC", " ".join(parts))
)
codes = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)


@st.composite
def questions(draw):
    options = tuple(draw(st.lists(texts, min_size=2, max_size=6, unique=True)))
    letters = LETTERS[: len(options)]
    right = draw(st.sets(st.sampled_from(letters), min_size=1, max_size=min(4, len(letters) - 1)))
    return BankQuestion(
        key=draw(codes),
        topic=draw(st.sampled_from(sorted(TOPICS))),
        level=draw(st.sampled_from([1, 2, 3])),
        asks=draw(st.sampled_from(["date", "number", "name", "content"])),
        stem=draw(texts),
        options=options,
        answer="".join(sorted(right)),
        explanation=draw(texts | st.just("")),
        source=draw(texts | st.just("")),
        valid_from=draw(st.dates(date(1900, 1, 1), date(2100, 1, 1))),
        valid_until=draw(st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1))),
        pinned="".join(sorted(draw(st.sets(st.sampled_from(letters))))),
    )


def quiz(*items):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{"".join(items)}\n</quiz>'.encode()


def item(inner, kind="multichoice"):
    return f'<question type="{kind}">{inner}</question>'


def choice(
    stem="<text>Ai làm chủ?</text>", answers=((100, "Dân"), (0, "Quan")), more="<single>true</single>"
):
    written = "".join(f'<answer fraction="{points}"><text>{text}</text></answer>' for points, text in answers)
    return item(f"<questiontext>{stem}</questiontext>{more}{written}")


def read_one(content):
    found = moodle_reader.read(content)
    assert (found.problems, len(found.questions)) == ([], 1)
    return found.questions[0]


@settings(max_examples=60)
@given(st.lists(questions(), max_size=5))
def test_what_is_written_is_read_again(bank):
    found = moodle_reader.read(moodle_writer.write(bank, TOPICS))

    assert found.problems == []
    assert [[getattr(each, name) for name in FIELDS] for each in found.questions] == [
        [getattr(each, name) for name in FIELDS] for each in bank
    ]
    assert found.topic_names == {each.topic: TOPICS[each.topic] for each in bank}


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(content):
    found = moodle_reader.read(content)

    assert found.problems or not found.questions


def test_fractions_tell_the_right_options():
    single = read_one(quiz(choice(answers=((0, "A1"), (100, "B1"), (-25, "C1")))))
    several = read_one(
        quiz(choice(answers=((50, "A1"), (-100, "B1"), (50, "C1")), more="<single>false</single>"))
    )

    assert (single.answer, several.answer) == ("B", "AC")


def test_true_and_false_become_vietnamese():
    written = item(
        "<questiontext><text>Dân là gốc.</text></questiontext>"
        '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>',
        "truefalse",
    )

    found = read_one(quiz(written))

    assert (found.options, found.answer) == (("Đúng", "Sai"), "A")


@pytest.mark.parametrize(
    "stem",
    [
        '<text><![CDATA[<p>Ai <b>làm</b>&nbsp;chủ?</p><script>alert("!")</script>]]></text>',
        "<text>&lt;p&gt;Ai làm&lt;br/&gt;chủ?&lt;/p&gt;</text>",
        "<text>Ai  làm\n chủ?</text>",
    ],
)
def test_markup_becomes_plain_text(stem):
    assert read_one(quiz(choice(stem))).stem == "Ai làm chủ?"


def test_plain_text_is_taken_as_it_is():
    written = item(
        '<questiontext format="plain_text"><text>5 &lt; 7 hay &lt;b&gt;?</text></questiontext>'
        '<answer fraction="100"><text>Có</text></answer><answer fraction="0"><text>Không</text></answer>'
    )

    assert read_one(quiz(written)).stem == "5 < 7 hay <b>?"


def test_texts_are_stored_in_nfc():
    assert read_one(quiz(choice("<text>Da\u0302n va\u0323\u0302n?</text>"))).stem == "Dân vận?"


def test_the_topic_is_the_last_category_above():
    def category(path, code=""):
        return item(f"<category><text>{path}</text></category><idnumber>{code}</idnumber>", "category")

    found = moodle_reader.read(
        quiz(
            choice(),
            category("$course$/top/Mặc định cho Lớp 1"),
            choice(),
            category("top/Pháp luật/An ninh // Quốc phòng"),
            choice(),
            category("top/Dân chủ", "dan-chu"),
            choice(),
        )
    )

    assert [each.topic for each in found.questions] == ["", "", "An ninh / Quốc phòng", "dan-chu"]
    assert found.topic_names == {"dan-chu": "Dân chủ"}


@pytest.mark.parametrize(("shuffles", "pinned"), [("true", ""), ("1", ""), ("false", "AB"), ("0", "AB")])
def test_options_that_are_not_shuffled_keep_their_places(shuffles, pinned):
    more = f"<single>true</single><shuffleanswers>{shuffles}</shuffleanswers>"

    assert read_one(quiz(choice(more=more))).pinned == pinned


def test_a_picture_comes_with_its_question():
    body = base64.b64encode(PICTURE).decode()
    stem = (
        '<text><![CDATA[<p>Cờ nào?<img src="@@PLUGINFILE@@/c%E1%BB%9D.png" alt="Lá cờ"></p>]]></text>'
        f'<file name="cờ.png" path="/" encoding="base64">{body}</file>'
    )

    found = read_one(quiz(choice(stem)))

    assert (found.stem, found.images) == ("Cờ nào?", (("Lá cờ", PICTURE),))


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (item("<name><text>x</text></name>", "essay"), "câu tự luận"),
        (item("", "matching"), "câu ghép đôi"),
        (item("", "sudoku"), "câu kiểu “sudoku” của Moodle"),
        (choice(answers=((100, "Dân"), (50, "Quan"))), "câu một đáp án có phương án được một phần điểm"),
        (choice("<text>&lt;video src='a'&gt;Nghe?</text>"), "câu có âm thanh, phim hoặc công thức"),
        (choice(answers=((100, "&lt;img src='x'&gt;"), (0, "Quan"))), "câu có hình trong phương án"),
    ],
)
def test_what_the_bank_cannot_hold_is_counted(written, kind):
    found = moodle_reader.read(quiz(choice(), written))

    assert (len(found.questions), dict(found.unsupported), found.problems) == (1, {kind: 1}, [])


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (choice(answers=((0, "Dân"), (0, "Quan"))), "Câu không có phương án nào được điểm."),
        (
            choice(answers=((100, "Dân"), (100, "Quan"))),
            "Câu một đáp án có hơn một phương án được 100% điểm.",
        ),
        (choice(answers=tuple((0, f"P{n}") for n in range(7))), "Câu có 7 phương án"),
        (choice(answers=(("nhiều", "Dân"), (0, "Quan"))), "Một phương án không ghi phần trăm điểm"),
        (choice("<text>&lt;img src='https://a.vn/b.png'&gt;?</text>"), "Hình của câu không nằm trong tệp"),
        (choice("<text>Chữ hỏng \ufffd?</text>"), "Nội dung có ký tự không hợp lệ."),
    ],
)
def test_a_fault_is_told_at_its_line(written, message):
    found = moodle_reader.read(quiz(choice(), "\n", written, choice()))

    assert len(found.questions) == 2
    assert [(each.where, each.message[: len(message)]) for each in found.problems] == [("dòng 4", message)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<quiz><question></quiz>", "Tệp XML bị lỗi ở dòng 1"),
        (b"<html/>", "Đây không phải tệp Moodle XML"),
        (b'<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz/>', "Tệp XML có phần DOCTYPE"),
        (b'<!DOCTYPE q [<!ENTITY a "b">]><quiz>&a;</quiz>', "Tệp XML có phần DOCTYPE"),
        (
            '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE quiz><quiz/>'.encode("utf-16"),
            "Tệp XML có phần DOCTYPE",
        ),
        (b"<quiz>" * 5000, "Tệp XML bị lỗi"),
        (b"", "Tệp XML bị lỗi"),
    ],
)
def test_a_file_that_is_not_read_says_why(content, message):
    (problem,) = moodle_reader.read(content).problems

    assert problem.message.startswith(message)


def test_laughs_are_not_multiplied():
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE quiz [<!ENTITY l0 "ha">{lines}]><quiz>&l11;</quiz>'.encode()

    assert moodle_reader.read(bomb).problems[0].message.startswith("Tệp XML có phần DOCTYPE")


def test_the_writer_speaks_as_moodle_does():
    content = moodle_writer.write([question(1, answer="AB", options=("A", "B", "C"))], TOPICS).decode()

    assert 'fraction="50"' in content
    assert 'fraction="-100"' in content
    assert "<single>false</single>" in content
    assert "top/Dân chủ ở cơ sở" in content
