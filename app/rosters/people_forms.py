"""Forms about people: moving them, taking two accounts as one."""

from wtforms import Field, HiddenField, StringField, ValidationError
from wtforms.validators import Regexp

from app.errors import BadInput
from app.rosters.forms import UnitSelectForm
from app.rosters.people_queries import PEOPLE_SHOWN
from app.web.forms import MAX_REASON, BaseForm, Required, TextLength, collapse_spaces

PUBLIC_ID = Regexp(r"[0-9a-f]{32}\Z", message="Người này không có trong danh sách.")
MOVE_REASONS = ("Chọn nhầm đơn vị khi đăng ký", "Chuyển nơi công tác", "Chuyển nơi ở")


class TickedPeopleField(Field):
    """Ticked people by public id; `data` is a list without repetitions."""

    is_multiple = True
    data: list[str]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = list(dict.fromkeys(valuelist))
        if len(self.data) > PEOPLE_SHOWN or any(
            len(value) != 32 or not value.isalnum() for value in self.data
        ):
            raise BadInput("Danh sách người không hợp lệ.")


class MoveForm(UnitSelectForm):
    """Several people to one unit."""

    people = TickedPeopleField("Người được chuyển", default=list)
    reason = StringField(
        "Lý do chuyển",
        [Required("Bạn hãy ghi lý do."), TextLength(5, MAX_REASON)],
        filters=[collapse_spaces],
        description="Ví dụ: chọn nhầm đơn vị khi đăng ký. Được ghi vào nhật ký.",
    )

    def validate_people(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("Bạn hãy đánh dấu ít nhất một người.")


class MergeForm(BaseForm):
    """The other account, and why they are one person."""

    kept = HiddenField(validators=[PUBLIC_ID])
    absorbed = HiddenField(validators=[PUBLIC_ID])
    reason = StringField(
        "Vì sao biết là cùng một người",
        [Required("Bạn hãy ghi lý do."), TextLength(5, MAX_REASON)],
        filters=[collapse_spaces],
        description="Ví dụ: đã hỏi chính người dự thi; người này đăng ký hai lần. Được ghi vào nhật ký.",
    )
