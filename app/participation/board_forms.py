"""The form of the weights of a contest's collective board."""

from app.participation.board_rules import DEFAULT_MINIMUM_HEADCOUNT, Weights, WrongWeights, check_weights
from app.web.forms import BaseForm, BoundedInteger, Required

MISSING = "Bạn hãy ghi một số từ 0 đến 100."


def _percent(label: str) -> BoundedInteger:
    return BoundedInteger(label, [Required(MISSING)], minimum=0, maximum=100)


class WeightsForm(BaseForm):
    people = _percent("Số người")
    attempts = _percent("Số lượt")
    rate = _percent("Tỷ lệ tham gia")
    winners = _percent("Số giải cá nhân")
    minimum_headcount = BoundedInteger(
        "Quân số tối thiểu để tính tỷ lệ",
        [Required("Bạn hãy ghi quân số tối thiểu.")],
        minimum=1,
        maximum=100_000,
        default=DEFAULT_MINIMUM_HEADCOUNT,
    )

    def validate(self, extra_validators: object = None) -> bool:
        """Also that the percents make a hundred."""
        if not super().validate(extra_validators):
            return False
        try:
            check_weights(self.weights())
        except WrongWeights as refusal:
            self.form_errors.append(refusal.message)
            return False
        return True

    def weights(self) -> Weights:
        return Weights(
            people=self.people.data or 0,
            attempts=self.attempts.data or 0,
            rate=self.rate.data or 0,
            winners=self.winners.data or 0,
            minimum_headcount=self.minimum_headcount.data or DEFAULT_MINIMUM_HEADCOUNT,
        )
