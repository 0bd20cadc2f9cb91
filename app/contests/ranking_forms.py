"""The form of the ranking policy and the prizes: plain fields, filled by a preset if wanted."""

from typing import Any

from wtforms import BooleanField, Field, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import ValidationError

from app.contests import policy, rules
from app.contests.policy import Key, Leagues, Policy, Prize, Recognised, Target
from app.formats import vn_number
from app.text import collapse
from app.web.fields import RowsField
from app.web.forms import BaseForm

MAX_PRIZES = 12
MAX_PRIZE_COUNT = 10_000
MAX_PRIZE_AMOUNT = 10_000_000_000
MAX_NAME_LENGTH = 80
MAX_IN_KIND_LENGTH = 160
CHOOSE_AGAIN = "Bạn hãy chọn một mục trong danh sách."
KEY_NAMES = {
    "": "Không dùng",
    Key.SCORE: "Số câu đúng, nhiều hơn xếp trên",
    Key.PREDICTION_DISTANCE: "Số dự đoán, gần đúng hơn xếp trên",
    Key.DURATION: "Thời gian làm bài, ngắn hơn xếp trên",
    Key.SUBMITTED_AT: "Giờ hoàn thành, sớm hơn xếp trên",
}
RECOGNISED_NAMES = {
    Recognised.BEST_THEN_EARLIEST: "Lượt nhiều câu đúng nhất, bằng nhau thì lượt sớm hơn",
    Recognised.FIRST: "Lượt thi đầu tiên",
    Recognised.LAST: "Lượt thi cuối cùng",
}
TARGET_NAMES = {
    "": "Không có câu hỏi phụ",
    Target.PEOPLE_ALL_CORRECT: "Số người trả lời đúng tất cả các câu hỏi",
    Target.PEOPLE: "Số người dự thi",
    Target.ATTEMPTS: "Số lượt thi",
}
PLACES = ("Thứ nhất, so", "Thứ hai, so", "Thứ ba, so", "Thứ tư, so")
PRIZE_PARTS = ("name", "count", "amount", "in_kind")


def select(label: str, names: dict[Any, str], kind: type[Field] = SelectField) -> Field:
    choices = [SelectChoice(str(value), name) for value, name in names.items()]
    return kind(label, choices=choices, invalid_choice_message=CHOOSE_AGAIN)


class RankingForm(BaseForm):
    action = StringField()
    preset = select("Mẫu có sẵn", {code: title for code, (title, _policy) in policy.PRESETS.items()})
    key_1 = select(PLACES[0], KEY_NAMES)
    key_2 = select(PLACES[1], KEY_NAMES)
    key_3 = select(PLACES[2], KEY_NAMES)
    key_4 = select(PLACES[3], KEY_NAMES)
    recognised = select("Lượt thi được công nhận của mỗi người", RECOGNISED_NAMES, RadioField)
    target = select("Câu hỏi phụ: dự đoán điều gì", TARGET_NAMES, RadioField)
    only_perfect = BooleanField("Chỉ xếp hạng bài trả lời đúng tất cả các câu hỏi")
    by_scope = BooleanField("Xếp hạng và trao giải riêng khối trong tỉnh, khối ngoài tỉnh")
    one_prize_per_person = BooleanField("Mỗi người chỉ nhận một giải trong cả cuộc thi")
    prizes = RowsField(
        "Cơ cấu giải thưởng của mỗi vòng",
        parts=PRIZE_PARTS,
        deciding=PRIZE_PARTS,
        shown=4,
        maximum=MAX_PRIZES,
    )

    @classmethod
    def showing(cls, chosen: Policy, *, prizes: RowsField) -> "RankingForm":
        """The form filled with a policy whatever was sent, but for the prizes as they were typed."""
        form = cls(formdata=None, data=policy_data(chosen))
        form.prizes.rows, form.prizes.count = prizes.rows, prizes.count
        return form

    @property
    def key_fields(self) -> list[Field]:
        return [self.key_1, self.key_2, self.key_3, self.key_4]

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field, then the policy as a whole, each problem beside its part."""
        if not super().validate(extra_validators):
            return False
        places = {"keys": self.key_1, "target": self.target, "only_perfect": self.only_perfect}
        for part, problem in policy.problems_by_part(self.to_policy()):
            field = places.get(part, self.prizes)
            field.errors = [*field.errors, problem]
        return not self.errors

    def validate_prizes(self, field: RowsField) -> None:
        self.read_prizes()
        for (number, _part), message in field.row_errors.items():
            raise ValidationError(f"Dòng {number}: {message}")

    def read_prizes(self) -> tuple[Prize, ...]:
        """The lines that can be read; the others get their sentence beside the box."""
        read = [self._read_prize(number) for number in self.prizes.data]
        return tuple(prize for prize in read if prize is not None)

    def _read_prize(self, number: int) -> Prize | None:
        rows = self.prizes
        name, in_kind = (collapse(rows.value(number, part)) for part in ("name", "in_kind"))
        if not 1 <= len(name) <= MAX_NAME_LENGTH:
            rows.refuse(number, "name", f"Bạn hãy ghi tên giải, tối đa {MAX_NAME_LENGTH} ký tự.")
        if len(in_kind) > MAX_IN_KIND_LENGTH:
            rows.refuse(number, "in_kind", f"Bạn viết dài quá: tối đa {MAX_IN_KIND_LENGTH} ký tự.")
        count = rows.integer(number, "count", 1, MAX_PRIZE_COUNT)
        has_amount = bool(rows.value(number, "amount"))
        amount = rows.integer(number, "amount", 0, MAX_PRIZE_AMOUNT) if has_amount else 0
        if count is None or amount is None or any(line == number for line, _part in rows.row_errors):
            return None
        return Prize(rules.suggest_slug(name) or f"giai-{number}", name, count, amount, in_kind)

    def to_policy(self) -> Policy:
        """What the fields say. Only for a form whose fields are valid."""
        return Policy(
            keys=tuple(Key(field.data) for field in self.key_fields if field.data),
            recognised=Recognised(self.recognised.data),
            target=Target(self.target.data) if self.target.data else None,
            only_perfect=self.only_perfect.data,
            leagues=Leagues.BY_SCOPE if self.by_scope.data else Leagues.NONE,
            prizes=self.read_prizes(),
            one_prize_per_person=self.one_prize_per_person.data,
        )


def policy_data(chosen: Policy) -> dict[str, Any]:
    """The policy as the form's fields hold it."""
    keys = [*map(str, chosen.keys), *[""] * len(PLACES)]
    return {f"key_{place}": key for place, key in enumerate(keys[: len(PLACES)], 1)} | {
        "preset": next((code for code, (_title, preset) in policy.PRESETS.items() if preset == chosen), None),
        "recognised": str(chosen.recognised),
        "target": str(chosen.target or ""),
        "only_perfect": chosen.only_perfect,
        "by_scope": chosen.leagues is Leagues.BY_SCOPE,
        "one_prize_per_person": chosen.one_prize_per_person,
        "prizes": [
            {
                "name": prize.name,
                "count": str(prize.count),
                "amount": vn_number(prize.amount) if prize.amount else "",
                "in_kind": prize.in_kind,
            }
            for prize in chosen.prizes
        ],
    }
