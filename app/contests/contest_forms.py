"""Forms of a contest: facts, ranking and prizes, rules text. Bytes to plain values."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Field, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from app.contests import markdown_rules, policy, rules
from app.contests.incident_wording import INCIDENT_RULE
from app.contests.models import Contest
from app.contests.rules_wording import first_rules
from app.units.models import Unit
from app.units.queries import all_series, ancestors_of, browse_units, find_unit, is_within
from app.web.forms import BaseForm, BoundedInteger, Required, TextLength, collapse_spaces

MAX_RULES_LENGTH = 20_000
CHOOSE_AGAIN = "Bạn hãy chọn một mục trong danh sách."
SCOPE_MISSING = "Bạn hãy chọn tỉnh, thành phố tổ chức cuộc thi."
COPY = "copy:"
WHOLE_PROVINCE = SelectChoice("", "Cả tỉnh, thành phố")
FIRST_CONTEST = {
    "label": rules.LABELS[0],
    "minimum_age": 16,
    "guardian_under_age": 16,
    "complaint_days": 5,
    "shows_own_score": True,
}


def text_field(label: str, missing: str, minimum: int, maximum: int, **kwargs: Any) -> StringField:
    validators = [Required(missing), TextLength(minimum, maximum)]
    return StringField(label, validators, filters=[collapse_spaces], **kwargs)


class FactsForm(BaseForm):
    """What may change at any time: what a contest is called, who runs it."""

    action = StringField()
    name = text_field("Tên cuộc thi", "Bạn hãy ghi tên cuộc thi.", 3, 160)
    place = text_field("Nơi tổ chức", "Bạn hãy ghi nơi tổ chức.", 2, 160, description="Ví dụ: tỉnh Lạng Sơn.")
    organiser = text_field("Đơn vị tổ chức", "Bạn hãy ghi đơn vị tổ chức.", 2, 160)
    complaint_days = BoundedInteger(
        "Số ngày nhận khiếu nại sau khi công bố", [Required("Bạn hãy ghi số ngày.")], minimum=1, maximum=60
    )
    shows_own_score = BooleanField("Nộp bài xong cho xem ngay số câu đúng của mình")

    def values(self) -> dict[str, Any]:
        """Columns of Contest. Only for a valid form."""
        return {
            name: self[name].data
            for name in ("name", "place", "organiser", "complaint_days", "shows_own_score")
        }

    @property
    def scope_code(self) -> str | None:
        """The unit of the contest's series that bounds it, where the form asks for one."""
        return None


class DraftFactsForm(FactsForm):
    """All facts, as long as no round is scheduled. `scope` is "series:code" of a top unit."""

    slug = StringField(
        "Đường dẫn",
        filters=[lambda value: (value or "").strip()],
        description="Chữ thường không dấu, nối bằng gạch ngang. Để trống thì lấy theo tên cuộc thi.",
    )
    label = SelectField(
        "Mỗi vòng thi gọi là",
        choices=[SelectChoice(label) for label in rules.LABELS],
        invalid_choice_message=CHOOSE_AGAIN,
    )
    scope = SelectField("Phạm vi", validate_choice=False)
    below = SelectField(
        "Chỉ trong một huyện, xã",
        validate_choice=False,
        description="Để “Cả tỉnh, thành phố” nếu mọi đơn vị trong tỉnh đều tham gia.",
    )
    minimum_age = BoundedInteger("Tuổi tối thiểu", [Required("Bạn hãy ghi tuổi.")], minimum=6, maximum=100)
    guardian_under_age = BoundedInteger(
        "Dưới tuổi này cần người giám hộ đồng ý", [Required("Bạn hãy ghi tuổi.")], minimum=6, maximum=18
    )
    scope_unit: Unit | None = None

    def __init__(self, contest: Contest | None = None, scope_unit: Unit | None = None) -> None:
        super().__init__(obj=contest, data=FIRST_CONTEST | _scope_data(scope_unit))
        self.scope.choices = [SelectChoice("", "Chọn tỉnh, thành phố"), *_top_units()]
        self.top = self._find_top()
        self.below.choices = [WHOLE_PROVINCE, *self._units_below(scope_unit)]

    def _find_top(self) -> Unit | None:
        value = self.scope.data or ""
        if value not in {choice.value for choice in self.scope.choices if choice.value}:
            return None
        series_code, _, code = value.partition(":")
        return find_unit(series_code, code)

    def _units_below(self, current: Unit | None) -> list[SelectChoice]:
        """What stands directly below the top unit, and the unit chosen now if it stands deeper."""
        if self.top is None:
            return []
        listed = {unit.id: unit.name for unit in browse_units(self.top.series_code, self.top)}
        if current is not None and current.id != self.top.id and is_within(current, self.top):
            listed.setdefault(current.code, current.full_name)
        return [SelectChoice(code, name) for code, name in listed.items()]

    def validate_slug(self, field: Field) -> None:
        field.data = field.data or rules.suggest_slug(self.name.data or "")
        if not field.data and not self.name.data:
            return
        if len(field.data) > rules.MAX_SLUG_LENGTH or not rules.SLUG.match(field.data):
            raise ValidationError("Đường dẫn chỉ có chữ thường không dấu, số và gạch ngang, tối đa 60 ký tự.")

    def validate_scope(self, field: Field) -> None:
        if self.top is None:
            raise ValidationError(SCOPE_MISSING)

    def validate_below(self, field: Field) -> None:
        if self.top is None:
            return
        if (field.data or "") not in {choice.value for choice in field.choices}:
            raise ValidationError("Đơn vị này không thuộc tỉnh, thành phố đã chọn.")
        self.scope_unit = find_unit(self.top.series_code, field.data) if field.data else self.top

    def values(self) -> dict[str, Any]:
        names = ("slug", "label", "minimum_age", "guardian_under_age")
        columns = {name: self[name].data for name in names}
        return super().values() | columns | {"series_code": self.top.series_code if self.top else ""}

    @property
    def scope_code(self) -> str | None:
        return self.scope_unit.code if self.scope_unit else None


class NewContestForm(DraftFactsForm):
    """The facts, and where ranking, prizes and rules come from: a preset, or the contest "copy:<slug>"."""

    preset = SelectField(
        "Xếp hạng và giải thưởng theo",
        invalid_choice_message=CHOOSE_AGAIN,
        description="Sau khi tạo, bạn sửa được từng phần.",
    )

    def __init__(self, sources: Sequence[Contest]) -> None:
        super().__init__()
        self.sources = {f"{COPY}{source.slug}": source for source in sources}
        self.preset.choices = [
            *(SelectChoice(code, title, optgroup="Mẫu") for code, (title, _policy) in policy.PRESETS.items()),
            *(SelectChoice(code, source.name, optgroup="Chép từ") for code, source in self.sources.items()),
        ]

    @property
    def source(self) -> Contest | None:
        """The contest that is copied."""
        return self.sources.get(self.preset.data)

    def values(self) -> dict[str, Any]:
        facts = super().values()
        if self.source is None:
            chosen = policy.PRESETS[self.preset.data][1]
            return facts | {"policy": chosen, "rules_markdown": first_rules(facts), "incident_rule": None}
        return facts | {
            "policy": policy.from_json(self.source.policy),
            "rules_markdown": self.source.rules_markdown,
            "incident_rule": self.source.incident_rule,
        }


def _scope_data(unit: Unit | None) -> dict[str, str]:
    if unit is None:
        return {}
    above = ancestors_of(unit)
    top = above[0] if above else unit
    return {"scope": f"{top.series_code}:{top.code}", "below": unit.code if above else ""}


def _top_units() -> list[SelectChoice]:
    return [
        SelectChoice(f"{series.code}:{unit.id}", unit.name, optgroup=series.name)
        for series in all_series()
        for unit in browse_units(series.code, None)
    ]


class RulesForm(BaseForm):
    """The rules in Markdown."""

    action = StringField()
    rules_markdown = TextAreaField(
        "Nội dung Thể lệ",
        [TextLength(0, MAX_RULES_LENGTH)],
        description="Dòng bắt đầu bằng # là đề mục, bằng - là gạch đầu dòng; **chữ** là chữ đậm.",
    )

    incident_rule = TextAreaField(
        "Quy tắc xử lý sự cố",
        [TextLength(0, MAX_RULES_LENGTH)],
        description="Hiện ở cuối trang Thể lệ. Xóa trắng để dùng lại quy tắc có sẵn.",
    )

    def values(self) -> dict[str, Any]:
        """Columns of Contest; the usual incident rule is kept as none of one's own."""
        own = (self.incident_rule.data or "").replace("\r\n", "\n").strip()
        return {
            "rules_markdown": self.rules_markdown.data or "",
            "incident_rule": None if own in ("", INCIDENT_RULE.strip()) else own,
        }

    def validate_incident_rule(self, field: Field) -> None:
        self.validate_rules_markdown(field)

    def validate_rules_markdown(self, field: Field) -> None:
        if markdown_rules.has_html(field.data or ""):
            raise ValidationError("Thể lệ không dùng thẻ HTML. Bạn bỏ các dấu < > quanh chữ rồi lưu lại.")
