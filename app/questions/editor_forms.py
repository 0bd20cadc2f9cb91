"""The editor's form: a question as an organiser types it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, HiddenField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Regexp

from app.questions import rules
from app.questions.models import Topic
from app.questions.rules import ASKS_NAMES, LETTERS, LEVEL_NAMES, SEVERAL_NOTE, BankQuestion
from app.text import collapse
from app.web.fields import RowsField
from app.web.forms import BaseForm, BoundedInteger, DatePartsField, Required, TextLength, collapse_spaces

MAX_VERSION = 10_000
CHOOSE = "Bạn hãy chọn một mục trong danh sách."
PLACES = {"key": "topic", "answer": "options", "pinned": "options"}


class QuestionForm(BaseForm):
    """One question. `base` is the number of the version that is edited, 0 for a new question."""

    action = StringField()
    base = BoundedInteger("Bản", [Required("Thiếu số bản.")], minimum=0, maximum=MAX_VERSION)
    stem = TextAreaField(
        "Nội dung câu hỏi", [Required("Bạn hãy ghi câu hỏi."), TextLength(1, 1000)], filters=[collapse_spaces]
    )
    options = RowsField(
        "Phương án", parts=("text", "right", "pinned"), deciding=("text",), shown=4, maximum=len(LETTERS)
    )
    topic = SelectField("Chủ đề", invalid_choice_message=CHOOSE)
    level = SelectField(
        "Mức độ",
        choices=[SelectChoice(str(level), name) for level, name in LEVEL_NAMES.items()],
        invalid_choice_message=CHOOSE,
    )
    asks = SelectField(
        "Câu này hỏi về",
        choices=[SelectChoice(code, name.capitalize()) for code, name in ASKS_NAMES.items()],
        default="content",
        invalid_choice_message=CHOOSE,
    )
    source = StringField(
        "Nguồn",
        [TextLength(0, 1000)],
        filters=[collapse_spaces],
        description="Văn bản và điều, khoản, ví dụ: Luật số 10/2022/QH15, Điều 12.",
    )
    explanation = TextAreaField(
        "Giải thích",
        [TextLength(0, 2000)],
        filters=[collapse_spaces],
        description="Thí sinh đọc sau khi có đáp án.",
    )
    valid_from = DatePartsField("Đúng từ ngày", [Required("Bạn hãy ghi ngày văn bản có hiệu lực.")])
    valid_until = DatePartsField("Đúng đến hết ngày (để trống nếu chưa biết)")
    picture = FileField("Hình kèm câu hỏi", description="PNG, JPEG hoặc WebP, tối đa 5 MB.")
    image_sha256 = HiddenField(validators=[Regexp(r"([0-9a-f]{64})?\Z", message="Hình không hợp lệ.")])
    remove_image = BooleanField("Bỏ hình này")
    image_alt = StringField(
        "Lời mô tả hình",
        [TextLength(0, rules.MAX_ALT_LENGTH)],
        filters=[collapse_spaces],
        description="Hình vẽ gì: máy đọc lời này cho người không nhìn thấy hình.",
    )

    def offer(self, topics: Sequence[Topic]) -> Self:
        """Offer these topics."""
        self.topic.choices = [SelectChoice(topic.code, topic.name) for topic in topics]
        return self

    @property
    def picture_bytes(self) -> bytes:
        """The file that was chosen, b"" for none."""
        chosen = self.picture.data
        return chosen.read() if isinstance(chosen, FileStorage) and chosen.filename else b""

    def to_question(self, key: str) -> BankQuestion:
        """What was typed, as far as it goes; the note of several right options comes and goes by itself."""
        rows = dict(enumerate(self.options.data.values()))
        answer = "".join(LETTERS[n] for n, row in rows.items() if row["right"])
        stem = collapse((self.stem.data or "").removesuffix(SEVERAL_NOTE))
        has_image = bool(self.image_sha256.data)
        return rules.in_nfc(
            BankQuestion(
                key=key,
                topic=self.topic.data or "",
                level=int(self.level.data) if self.level.data in map(str, LEVEL_NAMES) else min(LEVEL_NAMES),
                asks=self.asks.data or "content",
                stem=f"{stem} {SEVERAL_NOTE}" if len(answer) > 1 and stem else stem,
                options=tuple(collapse(row["text"]) for row in rows.values()),
                answer=answer,
                explanation=self.explanation.data or "",
                source=self.source.data or "",
                valid_from=self.valid_from.data or date.min,
                valid_until=self.valid_until.data,
                pinned="".join(LETTERS[n] for n, row in rows.items() if row["pinned"]),
                image_sha256=self.image_sha256.data or "",
                image_alt=(self.image_alt.data or "") if has_image else "",
            )
        )

    def refuse_broken(self, question: BankQuestion) -> bool:
        """Put what cannot be kept even as a draft beside its field; False when there is nothing of it."""
        problems = [problem for problem in rules.draft_problems(question) if problem.field != "key"]
        if question.image_sha256 and not question.image_alt:
            problems.append(rules.Problem("image_alt", "Bạn hãy ghi lời mô tả hình."))
        for problem in problems:
            field: Any = self[PLACES.get(problem.field, problem.field)]
            if problem.message not in field.errors:
                field.errors = [*field.errors, problem.message]
        return bool(problems)


def form_data(question: BankQuestion, base: int) -> dict[str, Any]:
    """A question as the form's fields hold it."""
    options = [
        {
            "text": option,
            "right": "1" * (letter in question.answer),
            "pinned": "1" * (letter in question.pinned),
        }
        for letter, option in zip(LETTERS, question.options, strict=False)
    ]
    return {
        "base": base,
        "stem": question.stem.removesuffix(SEVERAL_NOTE).rstrip(),
        "options": options,
        "topic": question.topic,
        "level": str(question.level),
        "asks": question.asks,
        "source": question.source,
        "explanation": question.explanation,
        "valid_from": question.valid_from,
        "valid_until": question.valid_until,
        "image_sha256": question.image_sha256,
        "image_alt": question.image_alt,
    }


class CommentForm(BaseForm):
    """Something to say about a question."""

    text = TextAreaField(
        "Góp ý về câu này",
        [Required("Bạn hãy ghi góp ý."), TextLength(2, 2000)],
        filters=[collapse_spaces],
        description="Người trong Ban Tổ chức đều đọc được; góp ý đã gửi không sửa, không xóa được.",
    )


class RestoreForm(BaseForm):
    """Go back to the wording of one version."""

    number = BoundedInteger("Bản", [Required("Thiếu số bản.")], minimum=1, maximum=MAX_VERSION)
