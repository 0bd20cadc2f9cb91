"""Files to begin with: a spreadsheet to fill in, a Word file to write like."""

from collections.abc import Sequence
from importlib import import_module
from io import BytesIO

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORD_TITLE = "Bộ câu hỏi mẫu"
WORD_LINES = (
    "Câu 1. Bài báo “Dân vận” năm 1949 của Chủ tịch Hồ Chí Minh đăng trên báo nào?",
    "A. Báo Cứu quốc",
    "B. Báo Sự thật",
    "C. Báo Lao Động",
    "D. Báo Nhân Dân",
    "Đáp án: B",
    "Giải thích: Bài báo đăng trên báo Sự thật số 120.",
    "Nguồn: Báo Sự thật số 120, ngày 15/10/1949",
    "",
    "Câu 2. Theo Luật Thực hiện dân chủ ở cơ sở năm 2022, nhân dân được làm những việc nào?",
    "A. Bàn và quyết định",
    "B. Kiểm tra, giám sát",
    "C. Xử phạt vi phạm hành chính",
    "D. Ban hành nghị định",
    "Đáp án: A, B",
    "Nguồn: Luật Thực hiện dân chủ ở cơ sở năm 2022",
)


def excel(topics: Sequence[str]) -> bytes:
    """Our template with these topic names to choose from."""
    content: bytes = import_module("app.questions.formats.xlsx_writer").template(topics)
    return content


def word() -> bytes:
    """Two questions in the layout that is read."""
    document = import_module("docx").Document()
    document.core_properties.author = document.core_properties.comments = ""
    document.add_heading(WORD_TITLE, level=1)
    for line in WORD_LINES:
        document.add_paragraph(line)
    target = BytesIO()
    document.save(target)
    return target.getvalue()
