"""What is written to Excel says the same when it is read back."""

import io

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from app.questions.formats import xlsx_reader, xlsx_writer
from app.questions.formats.template_rules import TEMPLATE
from tests.questions import world
from tests.questions.formats import papers


@given(st.lists(papers.questions(), min_size=1, max_size=4))
def test_every_field_comes_back(questions):
    found = xlsx_reader.read(xlsx_writer.write(questions))

    assert papers.problems_of(found) == []
    assert [papers.fields_of(each) for each in found.questions] == list(map(papers.fields_of, questions))


def test_topics_are_written_by_name():
    content = xlsx_writer.write([world.question()], world.TOPICS)

    assert [each.topic for each in xlsx_reader.read(content).questions] == ["Dân chủ ở cơ sở"]


def test_an_answer_is_not_taken_for_an_option_that_is_a_letter():
    question = world.question(options=("B", "C", "A"), answer="A")

    found = xlsx_reader.read(xlsx_writer.write([question]))

    assert [each.answer for each in found.questions] == ["A"]


def test_the_template_has_an_example_that_is_not_imported():
    found = xlsx_reader.read(xlsx_writer.template(["Biên giới", "Dân chủ ở cơ sở"]))

    assert (found.questions, found.problems) == ([], [])
    assert found.unsupported == {"dòng ví dụ của mẫu": 1}


def test_the_template_offers_topics_levels_and_kinds():
    book = openpyxl.load_workbook(io.BytesIO(xlsx_writer.template(["Biên giới", "Dân chủ ở cơ sở"])))
    sheet = book["Câu hỏi"]

    assert [cell.value for cell in sheet[1]] == list(TEMPLATE.values())
    assert {each.formula1 for each in sheet.data_validations.dataValidation} == {
        "'Danh mục'!$A$1:$A$2",
        '"Nhận biết,Thông hiểu,Vận dụng"',
        '"ngày tháng,con số,tên riêng,nội dung"',
    }
    assert [cell.value for cell in book["Danh mục"]["A"]] == ["Biên giới", "Dân chủ ở cơ sở"]
    assert len(list(book["Hướng dẫn"].rows)) == len(xlsx_writer.HELP)


def test_no_cell_is_a_formula():
    content = xlsx_writer.write([world.question(stem="=SUM(1;2) là gì?", source="+84 và @ai")])
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content))["Câu hỏi"] for cell in row]

    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
