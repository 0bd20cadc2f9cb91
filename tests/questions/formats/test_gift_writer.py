"""What is written in GIFT says the same when it is read back, and is GIFT to Moodle too."""

from hypothesis import given
from hypothesis import strategies as st

from app.questions.formats import gift_reader, gift_writer
from tests.questions import world
from tests.questions.formats import papers


@given(st.lists(papers.questions(), min_size=1, max_size=4))
def test_every_field_comes_back(questions):
    found = gift_reader.read(gift_writer.write(questions))

    assert papers.problems_of(found) == []
    assert found.unsupported == {}
    assert [papers.fields_of(each) for each in found.questions] == list(map(papers.fields_of, questions))


def test_a_question_is_written_as_moodle_reads_it():
    question = world.question(
        stem="Ai bàn: dân?",
        options=("Nhân dân", "50% dân", "{x}"),
        answer="AC",
        pinned="C",
        source="Văn bản mẫu",
    )

    assert gift_writer.write([question]).decode() == (
        "$CATEGORY: dan-chu\n\n"
        '// kheo: {"level": 1, "asks": "content", "source": "Văn bản mẫu", "valid_from": "2022-11-10", '
        '"pinned": "C"}\n'
        "::dc-001::[plain]Ai bàn\\: dân? {\n"
        "\t~%50.00000%Nhân dân\n"
        "\t~%-100%50% dân\n"
        "\t~%50.00000%\\{x\\}\n"
        "\t####Điều 3 nêu rõ việc này.\n"
        "}\n"
    )


def test_a_category_stands_before_each_run_of_a_topic():
    questions = [world.question(1), world.question(2), world.question(3, topic="bien-gioi")]

    text = gift_writer.write(questions).decode()

    assert [line for line in text.splitlines() if line.startswith("$")] == [
        "$CATEGORY: dan-chu",
        "$CATEGORY: bien-gioi",
    ]
