"""Forms of the import pages, and what their addresses ask for."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import request
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import Regexp, StopValidation

from app.errors import BadInput
from app.questions.export_services import NAMES
from app.questions.formats.detection_rules import FORMAT_NAMES
from app.questions.formats.reading_services import MAX_FILE_BYTES, TOO_LARGE
from app.questions.import_plan_rules import Defaults, UnknownTopics
from app.questions.import_topic_rules import UNSORTED
from app.questions.models import Topic
from app.questions.rules import ASKS_NAMES, DRAFT_LENGTHS, LEVEL_NAMES
from app.text import clean, collapse, parse_integer
from app.web.forms import BaseForm, DatePartsField, Required, TextLength, collapse_spaces

MAX_NAME_LENGTH = 120
MAX_PAGE = 10_000
UNKNOWN_TOPICS = {
    UnknownTopics.REFUSE.value: "Báo lỗi để tôi sửa tệp",
    UnknownTopics.DEFAULT.value: "Xếp vào chủ đề đã chọn ở trên",
    UnknownTopics.CREATE.value: "Lập thành chủ đề mới",
}
NO_CHOICE = "Bạn hãy chọn một mục trong danh sách."


def _choices(names: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, name) for value, name in names.items()]


class _Chosen:
    """A file must have been chosen, with something in it, and not too much."""

    def __call__(self, _form: BaseForm, field: FileField) -> None:
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise StopValidation("Bạn hãy chọn tệp.")
        size = field.data.stream.seek(0, 2)
        field.data.stream.seek(0)
        if size > MAX_FILE_BYTES:
            raise StopValidation(TOO_LARGE)
        if not size:
            raise StopValidation("Tệp này rỗng.")


class UploadForm(BaseForm):
    """A file, and what stands for what it does not say."""

    file = FileField(
        "Tệp câu hỏi",
        [_Chosen()],
        description="Excel, Word, văn bản, GIFT, Aiken, Moodle XML hoặc gói QTI; tối đa 20 MB.",
    )
    format = SelectField(
        "Loại tệp",
        choices=_choices({"": "Tự nhận ra"} | FORMAT_NAMES),
        default="",
        invalid_choice_message=NO_CHOICE,
    )
    topic = SelectField("Chủ đề", default="", invalid_choice_message=NO_CHOICE)
    unknown_topics = RadioField(
        "Nếu tệp ghi chủ đề chưa có",
        choices=_choices(UNKNOWN_TOPICS),
        default=UnknownTopics.REFUSE.value,
        invalid_choice_message=NO_CHOICE,
    )
    level = SelectField(
        "Mức độ",
        choices=_choices({str(each): name for each, name in LEVEL_NAMES.items()}),
        default="1",
        invalid_choice_message=NO_CHOICE,
    )
    asks = SelectField(
        "Câu hỏi về", choices=_choices(ASKS_NAMES), default="content", invalid_choice_message=NO_CHOICE
    )
    source = StringField(
        "Nguồn",
        [TextLength(0, DRAFT_LENGTHS["source"][1])],
        filters=[collapse_spaces],
        description="Văn bản làm căn cứ, ví dụ: Luật Thực hiện dân chủ ở cơ sở năm 2022.",
    )
    valid_from = DatePartsField("Đúng từ ngày", [Required("Bạn hãy ghi ngày căn cứ có hiệu lực.")])

    def offer(self, topics: Sequence[Topic]) -> "UploadForm":
        names = {topic.code: topic.name for topic in topics}
        names.pop(UNSORTED[0], None)
        self.topic.choices = _choices({"": UNSORTED[1]} | names)
        return self

    @property
    def file_name(self) -> str:
        """The file's own name, as far as it can be shown."""
        try:
            name = collapse(clean((self.file.data.filename or "").replace("\\", "/").rpartition("/")[2]))
        except BadInput:
            name = ""
        return name[-MAX_NAME_LENGTH:] or "tệp không tên"

    def defaults(self, today: date) -> Defaults:
        return Defaults(
            valid_from=self.valid_from.data or today,
            topic=self.topic.data,
            level=int(self.level.data),
            asks=self.asks.data,
            source=self.source.data or "",
            unknown_topics=UnknownTopics(self.unknown_topics.data),
        )


class ConfirmForm(BaseForm):
    """Bring in what was shown; `digest` says what that was."""

    digest = HiddenField(validators=[Regexp(r"[0-9a-f]{64}\Z", message="Bản xem trước không hợp lệ.")])


class UndoForm(BaseForm):
    """Take out again what an import brought."""


def read_page() -> int:
    """The page asked for, counted from 1. Raises BadInput."""
    return parse_integer(request.args.get("trang", "1"), 1, MAX_PAGE)


def read_format() -> str:
    """The format asked for, "" for none. Raises BadInput."""
    asked = request.args.get("dinh-dang", "")
    if asked and asked not in NAMES:
        raise BadInput("Không xuất được định dạng này.")
    return asked
