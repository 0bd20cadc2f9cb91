"""The forms of the reports page."""

from wtforms import BooleanField, SelectChoice, SelectField, StringField

from app.participation.place_queries import Place
from app.participation.report_queries import Heading
from app.participation.report_wording import period_name
from app.web.forms import BaseForm, Required, TextLength, collapse_spaces

WHOLE = "ca-cuoc-thi"
NONE_CHOSEN = "Bạn hãy chọn một mục trong danh sách."


class ReportForm(BaseForm):
    """Which round to report on, or the whole contest; only rounds that have opened."""

    period = SelectField("Báo cáo về", [Required(NONE_CHOSEN)], invalid_choice_message=NONE_CHOSEN)

    def __init__(self, place: Place, opened: int, *, chosen: int | None) -> None:
        super().__init__(period=str(chosen) if chosen else WHOLE)
        label = place.contest.label
        rounds = [found.number for found in reversed(place.rounds[:opened])]
        named = [SelectChoice(str(number), period_name(label, number).capitalize()) for number in rounds]
        self.period.choices = [*named, SelectChoice(WHOLE, "Cả cuộc thi")]


class SettingForm(BaseForm):
    """The head and foot of a unit's reports, and the switch of the Monday report."""

    agency = StringField(
        "Cơ quan lập báo cáo",
        [Required("Bạn hãy ghi tên cơ quan lập báo cáo."), TextLength(2, 160)],
        filters=[collapse_spaces],
        description="Ví dụ: Ban Dân vận Huyện ủy Bắc Sơn",
    )
    superior = StringField("Cơ quan cấp trên", [TextLength(0, 160)], filters=[collapse_spaces])
    place = StringField(
        "Địa danh",
        [Required("Bạn hãy ghi địa danh."), TextLength(2, 80)],
        filters=[collapse_spaces],
        description="Đứng trước ngày tháng, ví dụ: Bắc Sơn",
    )
    signer_title = StringField(
        "Chức vụ người ký", [TextLength(0, 120)], filters=[collapse_spaces], description="Ví dụ: Trưởng ban"
    )
    is_weekly = BooleanField("Tự lập báo cáo sáng thứ Hai, lúc 7 giờ")

    def heading(self) -> Heading:
        return Heading(
            agency=self.agency.data or "",
            superior=self.superior.data or "",
            place=self.place.data or "",
            signer_title=self.signer_title.data or "",
        )
