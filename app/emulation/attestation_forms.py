"""Forms of the staff's pages: find somebody by name, attest a criterion."""

from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import InputRequired

from app.emulation.attestation_rules import LEAST_TEXT, MOST_TEXT, Evidence
from app.web.forms import BaseForm, Required, TextLength, collapse_spaces

MOST_LETTERS = 80
YES, NO = "co", "khong"


class NameForm(BaseForm):
    """A name or a part of it, marks ignored."""

    q = StringField(
        "Tìm theo tên",
        [Required("Bạn hãy ghi tên cần tìm."), TextLength(2, MOST_LETTERS)],
        filters=[collapse_spaces],
    )


class AttestationForm(BaseForm):
    """Somebody's word on the criterion `code`, with what it rests on."""

    code = HiddenField()
    is_met = RadioField(
        "Ý kiến của bạn",
        [InputRequired("Bạn hãy chọn đạt hay chưa đạt.")],
        choices=[SelectChoice(YES, "Đạt"), SelectChoice(NO, "Chưa đạt")],
    )
    text = TextAreaField(
        "Việc đã làm, căn cứ",
        [Required("Bạn hãy ghi việc đã làm hoặc lý do."), TextLength(LEAST_TEXT, MOST_TEXT)],
        description="Ghi việc, thời gian, số văn bản nếu có. Nếu thay xác nhận trước, ghi vì sao thay.",
    )
    evidence = FileField(
        "Tệp minh chứng (không bắt buộc)", description="PDF, Word (.docx), ảnh JPG hoặc PNG, tối đa 10 MB."
    )

    @property
    def evidence_file(self) -> Evidence | None:
        """The file that was chosen."""
        chosen = self.evidence.data
        if not isinstance(chosen, FileStorage) or not chosen.filename:
            return None
        return Evidence(chosen.filename, chosen.read())
