"""Forms of organisers and of the hands: bodies, people at the steps, acts, meetings, decisions."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, SelectChoice, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError

from app.accounts.models import Account
from app.commendation import wording
from app.commendation.council_services import Minutes, Signed
from app.commendation.deadline_rules import DEFAULT_DAYS, MOST_DAYS
from app.commendation.dossier_queries import Case
from app.commendation.office_services import BodyValues
from app.commendation.workflow_rules import MAXIMUM_TEXT, MINIMUM_REASON, WITH_REASON, Act, Ground, Step
from app.emulation.models import Campaign
from app.units.models import Unit
from app.web.forms import BaseForm, BoundedInteger, DatePartsField, Required, TextLength, collapse_spaces

MOST_PLACES = 10_000
MOST_MEMBERS = 99
DAYS_PREFIX, VOTES_PREFIX = "days_", "votes_"
CHOOSE = "Bạn hãy chọn một mục trong danh sách."


class CheckboxesField(SelectMultipleField):
    """Boxes to tick; none is an answer too."""

    is_multiple = True


class PressForm(BaseForm):
    """A button and nothing else."""


def words(label: str, missing: str, maximum: int, hint: str = "", minimum: int = 1) -> StringField:
    checks = [Required(missing), TextLength(minimum, maximum)]
    return StringField(label, checks, filters=[collapse_spaces], description=hint)


def number(label: str, maximum: int, *, minimum: int = 0, hint: str = "", **settings: Any) -> BoundedInteger:
    missing = Required("Bạn hãy ghi một số.")
    return BoundedInteger(label, [missing], minimum=minimum, maximum=maximum, description=hint, **settings)


class BodyForm(BaseForm):
    """Who commends, with what, how many, on which form, how fast."""

    name = words(
        "Cơ quan, người khen thưởng",
        "Bạn hãy ghi tên cơ quan.",
        160,
        "Ví dụ: Chủ tịch Ủy ban nhân dân huyện Bắc Sơn.",
        3,
    )
    award = words("Hình thức khen", "Bạn hãy ghi hình thức khen.", 60, "Ví dụ: Giấy khen.")
    council = words("Hội đồng xét", "Bạn hãy ghi tên Hội đồng.", 160, minimum=3)
    quota_individual = number("Số cá nhân được khen", MOST_PLACES)
    quota_collective = number("Số tập thể được khen", MOST_PLACES)
    approval_percent = number(
        "Hội đồng đồng ý từ", 100, minimum=1, hint="Phần trăm số thành viên có mặt.", default=51
    )
    form_no = words("Mẫu báo cáo thành tích", "Bạn hãy ghi số mẫu.", 60)
    decree = words("Theo văn bản", "Bạn hãy ghi tên văn bản.", 160)

    @property
    def day_fields(self) -> list[Any]:
        return [self[f"{DAYS_PREFIX}{state}"] for state in DEFAULT_DAYS]

    def values(self) -> BodyValues:
        names = (
            *("name", "award", "council", "form_no", "decree"),
            *("quota_individual", "quota_collective", "approval_percent"),
        )
        deadlines = {str(state): self[f"{DAYS_PREFIX}{state}"].data for state in DEFAULT_DAYS}
        return BodyValues(**{name: self[name].data for name in names}, deadlines=deadlines)


for _state, _days in DEFAULT_DAYS.items():
    setattr(
        BodyForm,
        f"{DAYS_PREFIX}{_state}",
        number(wording.WAITS_FOR[_state], MOST_DAYS, minimum=1, default=_days),
    )


class NewBodyForm(BodyForm):
    """A body in one of the contest's campaigns; its place is the campaign's or a unit right below."""

    campaign = SelectField("Đợt thi đua", invalid_choice_message=CHOOSE)
    unit = SelectField("Xét khen cho người và tập thể ở", invalid_choice_message=CHOOSE, validate_choice=True)


def new_body_form(campaigns: Sequence[Campaign], units: Sequence[Unit], **settings: Any) -> NewBodyForm:
    form = NewBodyForm(**settings)
    form.campaign.choices = [SelectChoice(one.public_id, one.name) for one in campaigns]
    form.unit.choices = [SelectChoice(one.code, one.full_name) for one in units]
    return form


class HandForm(BaseForm):
    """Let somebody stand at a step."""

    step = SelectField(
        "Bước",
        choices=[
            SelectChoice(str(step), name)
            for step, name in wording.STEP_NAMES.items()
            if step is not Step.REPORT
        ],
        invalid_choice_message=CHOOSE,
    )
    person = SelectField("Người làm", invalid_choice_message=CHOOSE)


def hand_form(people: Sequence[tuple[Account, str]], **settings: Any) -> HandForm:
    form = HandForm(**settings)
    form.person.choices = [
        SelectChoice(account.public_id, f"{account.full_name}, {unit_name}") for account, unit_name in people
    ]
    return form


class ChooseForm(BaseForm):
    """Tick whom to choose; `chosen` are public ids of people or codes of units."""

    chosen = CheckboxesField("Người, tập thể được chọn")

    def validate_chosen(self, field: CheckboxesField) -> None:
        if not field.data:
            raise ValidationError("Bạn hãy đánh dấu ít nhất một dòng.")


def choose_form(values: Sequence[str], **settings: Any) -> ChooseForm:
    form = ChooseForm(**settings)
    form.chosen.choices = [SelectChoice(value, value) for value in values]
    return form


class ActForm(BaseForm):
    """One of the acts that somebody may do now, with the reason where it needs one."""

    act = RadioField("Việc cần làm", validators=[Required(CHOOSE)])
    ground = RadioField(
        "Căn cứ từ chối",
        choices=[SelectChoice(str(ground), name) for ground, name in wording.GROUND_NAMES.items()],
        validate_choice=False,
        description="Chỉ chọn khi từ chối.",
    )
    reason = TextAreaField(
        "Lý do, ý kiến",
        [TextLength(0, MAXIMUM_TEXT)],
        filters=[lambda value: (value or "").strip()],
        description="Bắt buộc khi yêu cầu bổ sung, từ chối hoặc thu hồi. Người được đề nghị đọc được.",
    )

    def validate_ground(self, field: RadioField) -> None:
        is_refusal = self.act.data == Act.REJECT
        if is_refusal and field.data not in list(Ground):
            raise ValidationError("Bạn hãy chọn căn cứ từ chối.")
        if not is_refusal and field.data:
            raise ValidationError("Căn cứ chỉ dùng khi từ chối.")

    def validate_reason(self, field: TextAreaField) -> None:
        if self.act.data in list(WITH_REASON) and len(field.data) < MINIMUM_REASON:
            raise ValidationError(f"Bạn hãy ghi lý do, ít nhất {MINIMUM_REASON} ký tự.")

    @property
    def chosen_ground(self) -> Ground | None:
        return Ground(self.ground.data) if self.ground.data else None


def act_form(acts: Sequence[Act], **settings: Any) -> ActForm:
    form = ActForm(**settings)
    form.act.choices = [SelectChoice(str(act), wording.ACT_NAMES[act]) for act in acts]
    return form


class MeetingForm(BaseForm):
    """The minutes of a council's meeting, with a box of votes for each dossier; blank: not dealt with."""

    held_on = DatePartsField("Ngày họp", [Required("Bạn hãy ghi ngày họp.")])
    place = words("Nơi họp", "Bạn hãy ghi nơi họp.", 160)
    chair = words("Chủ trì", "Bạn hãy ghi người chủ trì.", 120, "Họ tên và chức vụ.")
    secretary = words("Thư ký", "Bạn hãy ghi thư ký.", 120, "Họ tên và chức vụ.")
    member_count = number("Số thành viên Hội đồng", MOST_MEMBERS, minimum=1)
    present_count = number("Số thành viên có mặt", MOST_MEMBERS, minimum=1)
    text = TextAreaField(
        "Ý kiến tại phiên họp", [TextLength(0, MAXIMUM_TEXT)], filters=[lambda value: (value or "").strip()]
    )

    def __init__(self, cases: Sequence[Case], **settings: Any) -> None:
        super().__init__(**settings)
        self.cases = cases

    def validate_present_count(self, field: BoundedInteger) -> None:
        if (field.data or 0) > (self.member_count.data or 0):
            raise ValidationError("Số có mặt không thể nhiều hơn số thành viên.")

    def minutes(self) -> Minutes:
        names = ("held_on", "place", "chair", "secretary", "member_count", "present_count", "text")
        return Minutes(**{name: self[name].data for name in names})

    def votes(self) -> dict[int, int]:
        """Dossier id → votes for."""
        given = {case.dossier.id: self[vote_name(case)].data for case in self.cases}
        return {dossier_id: votes for dossier_id, votes in given.items() if votes is not None}


def vote_name(case: Case) -> str:
    return f"{VOTES_PREFIX}{case.dossier.number}"


def meeting_form(cases: Sequence[Case]) -> MeetingForm:
    """The form with a box for each dossier before the council."""
    boxes = {
        vote_name(case): BoundedInteger(f"Số phiếu đồng ý: {case.name}", minimum=0, maximum=MOST_MEMBERS)
        for case in cases
    }
    found: MeetingForm = type("MeetingForm", (MeetingForm,), boxes)(cases)
    return found


class DecisionForm(BaseForm):
    """The decision on paper, and which of the approved dossiers it commends."""

    decision_no = words("Số quyết định", "Bạn hãy ghi số quyết định.", 60, "Ví dụ: 123/QĐ-UBND.")
    signed_on = DatePartsField("Ngày ký", [Required("Bạn hãy ghi ngày ký.")])
    signer = words("Người ký", "Bạn hãy ghi họ tên người ký.", 80)
    signer_title = words("Chức vụ người ký", "Bạn hãy ghi chức vụ.", 120)
    chosen = CheckboxesField("Hồ sơ trong quyết định")

    def validate_chosen(self, field: CheckboxesField) -> None:
        if not field.data:
            raise ValidationError("Bạn hãy đánh dấu ít nhất một hồ sơ.")

    def signed(self) -> Signed:
        names = ("decision_no", "signed_on", "signer", "signer_title")
        return Signed(**{name: self[name].data for name in names})


def decision_form(cases: Sequence[Case], **settings: Any) -> DecisionForm:
    form = DecisionForm(**settings)
    form.chosen.choices = [
        SelectChoice(case.dossier.public_id, f"Hồ sơ {case.dossier.number}: {case.name}") for case in cases
    ]
    return form
