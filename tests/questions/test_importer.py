from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.questions.importer import Located, problems_of, read_bank
from tests.questions.world import as_toml, question, stem_of

TWO = as_toml(question(1), question(2, answer="C"))


@pytest.fixture
def write(tmp_path):
    def put(text, name="bank.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return put


def line_of(text, start, nth=1):
    """The number of the nth line that begins with `start`, from 1."""
    return [number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start)][nth - 1]


def told(path):
    return [str(problem) for problem in problems_of(read_bank(path))]


def test_a_file_is_read_as_it_was_written(write):
    bank = read_bank(write(TWO))

    assert bank.questions == [question(1), question(2, answer="C")]
    assert bank.topics == {"dan-chu": "Dân chủ ở cơ sở"}
    assert problems_of(bank) == []


def test_optional_fields_are_read(write):
    dated = question(1, valid_until=date(2025, 6, 30), pinned="CD")

    assert read_bank(write(as_toml(dated))).questions == [dated]


def test_a_folder_is_read_in_the_order_of_names(write, tmp_path):
    write(as_toml(question(2), topic="bien-gioi"), "02.toml")
    write(as_toml(question(1)), "01.toml")
    write("not a bank", "README.md")

    bank = read_bank(tmp_path)

    assert [each.key for each in bank.questions] == ["dc-001", "dc-002"]
    assert [each.topic for each in bank.questions] == ["dan-chu", "bien-gioi"]


def test_the_digest_follows_the_bytes_of_the_files(write):
    first = read_bank(write(TWO)).digest
    again = read_bank(write(TWO)).digest
    other = read_bank(write(TWO + "\n")).digest

    assert first == again != other


def test_text_is_stored_in_nfc(write):
    decomposed = TWO.replace("Nhân dân 1", "Nha\u0302n da\u0302n 1")

    assert read_bank(write(decomposed)).questions[0] == question(1)


@pytest.mark.parametrize(
    ("old", "new", "start", "nth", "message"),
    [
        ('answer = "C"', 'answer = "E"', "answer", 2, "Đáp án “E” không thể có"),
        ('answer = "C"', "answer = 3", "answer", 2, "answer phải là một chuỗi"),
        ('answer = "C"', 'answer = ""', "answer", 2, "Thiếu đáp án."),
        ('"Bí thư 2"', '"nhân dân 2"', "options", 2, "Phương án C trùng với phương án A."),
        ('"Bí thư 2"', "5", "options", 2, "options phải là danh sách các chuỗi."),
        ("level = 1", "level = 5", "level", 1, "Mức độ phải là 1, 2 hoặc 3."),
        ("level = 1", 'level = "1"', "level", 1, "level phải là một số nguyên."),
        ("level = 1", "level = true", "level", 1, "level phải là một số nguyên."),
        ("level = 1", "level = 1\nscore = 5", "score", 1, "Không có trường “score”."),
        ("2022-11-10", "2022-11-10T07:00:00", "valid_from", 1, "valid_from phải là một ngày"),
        ("2022-11-10", "2022-11-10\nvalid_until = 2021-01-01", "valid_until", 1, "Ngày hết đúng"),
        ('key = "dc-002"', 'key = "dc-001"', "key", 2, "Mã dc-001 đã dùng cho một câu ở trên."),
        (stem_of(2), stem_of(1), "stem", 2, "Nội dung gần trùng với câu dc-001."),
        ('source = "Văn bản mẫu, Điều 3"', 'source = ""', "source", 1, "Thiếu nguồn."),
    ],
)
def test_a_fault_is_told_at_its_line(write, old, new, start, nth, message):
    text = TWO.replace(old, new, 1)
    (found,) = told(write(text))

    assert found.startswith(f"bank.toml:{line_of(text, start, nth)}: {message}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('source = "Văn bản mẫu, Điều 3"', "Thiếu nguồn."),
        ('answer = "A"', "Thiếu đáp án."),
        ("level = 1", "Thiếu trường level."),
    ],
)
def test_a_missing_field_is_told_at_its_question(write, line, message):
    text = TWO.replace(f"{line}\n", "", 1)

    assert told(write(text)) == [f"bank.toml:{line_of(text, '[[question]]')}: {message}"]


def test_faults_of_all_files_are_told_at_once(write, tmp_path):
    write(as_toml(question(1, answer="F"), question(2, level=7)), "01.toml")
    write("[topic\n", "02.toml")
    write(as_toml(question(3, source="")), "03.toml")

    problems = problems_of(read_bank(tmp_path))

    assert [(problem.file, problem.message[:12]) for problem in problems] == [
        ("01.toml", "Đáp án “F” k"),
        ("01.toml", "Mức độ phải "),
        ("02.toml", "Sai cú pháp "),
        ("03.toml", "Thiếu nguồn."),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (TWO.replace('answer = "C"', 'answer = "C'), line_of(TWO, "answer", 2)),
        (TWO + 'answer = "D"\n', None),
        (TWO + "[[question]]\nkey = ", len(TWO.splitlines()) + 2),
        (TWO.encode() + b"\xff", len(TWO.splitlines()) + 1),
    ],
)
def test_syntax_errors_are_told_with_their_line(write, text, line):
    if line is None:
        line = len(text.splitlines())
    (found,) = problems_of(read_bank(write(text)))

    assert (found.file, found.line) == ("bank.toml", line)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Thiếu mục [topic] với code và name."),
        ('[topic]\ncode = "a"\n', "Thiếu mục [topic] với code và name."),
        ("topic = 1\n", "Thiếu mục [topic] với code và name."),
        ('[topic]\ncode = "a"\nname = "A"\n', "Mỗi câu hỏi phải mở đầu bằng dòng [[question]]."),
        ('question = [{key = "a"}]\n[topic]\ncode = "a"\nname = "A"\n', "Mỗi câu hỏi phải mở đầu"),
        (TWO + "[extra]\n", "Không có mục “extra”."),
    ],
)
def test_a_file_of_another_shape_is_told(write, text, message):
    found = problems_of(read_bank(write(text)))

    assert [problem.message[: len(message)] for problem in found] == [message]


def test_a_topic_has_one_name(write, tmp_path):
    write(as_toml(question(1)), "01.toml")
    write(as_toml(question(2)).replace("Dân chủ ở cơ sở", "Dân chủ"), "02.toml")

    assert problems_of(read_bank(tmp_path)) == [
        Located("02.toml", 1, "Chủ đề dan-chu đã có tên khác: Dân chủ ở cơ sở.")
    ]


def test_a_topic_may_span_files(write, tmp_path):
    write(as_toml(question(1)), "01.toml")
    write(as_toml(question(2)), "02.toml")

    assert problems_of(read_bank(tmp_path)) == []


def test_an_empty_folder_is_told(tmp_path):
    assert [problem.message for problem in problems_of(read_bank(tmp_path))] == [
        "Thư mục không có tệp .toml nào."
    ]


def test_what_is_not_right_on_a_day_is_told_at_its_line(write):
    text = as_toml(question(1, valid_until=date(2025, 6, 30)), question(2))
    bank = read_bank(write(text))

    assert problems_of(bank, date(2025, 6, 30)) == []
    assert [str(problem) for problem in problems_of(bank, date(2025, 7, 1))] == [
        f"bank.toml:{line_of(text, 'valid_until')}: Ngày 01/07/2025 căn cứ của câu hỏi không còn hiệu lực."
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_without_an_error(write, content):
    assert all(problem.message for problem in problems_of(read_bank(write(content))))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(start=st.integers(0, len(TWO)), length=st.integers(1, 40), text=st.text(max_size=10))
def test_any_damage_to_a_good_file_is_read_without_an_error(write, start, length, text):
    damaged = TWO[:start] + text + TWO[start + length :]

    assert all(problem.line >= 0 for problem in problems_of(read_bank(write(damaged))))
