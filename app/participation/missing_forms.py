"""Forms of the missing list, and what its addresses ask for."""

from dataclasses import dataclass

from flask import request
from wtforms import RadioField, SelectChoice, SelectMultipleField, StringField
from wtforms.validators import ValidationError

from app.participation.missing_rules import CHANNEL_NAMES, Channel, Show, parse_show
from app.text import parse_integer
from app.web.forms import MAX_SEARCH, BaseForm, Required, TextLength, collapse_spaces

MAX_CODE = 20
MAX_ROUND = 9_999


@dataclass(frozen=True)
class Asked:
    """The list asked for: `number` 0 is the latest round; `unit_code` narrows; `after` or `start` go on."""

    number: int
    unit_code: str
    show: Show
    after: str
    start: str

    @property
    def arguments(self) -> dict[str, str]:
        """What keeps an address on the same list, from its beginning."""
        values = {
            "tuan": str(self.number) if self.number else "",
            "don-vi": self.unit_code,
            "loc": self.show.value,
        }
        return {name: value for name, value in values.items() if value}


def read_asked() -> Asked:
    """Raises BadInput."""
    return Asked(
        number=parse_integer(request.args.get("tuan", "0"), 0, MAX_ROUND),
        unit_code=request.args.get("don-vi", "")[:MAX_CODE],
        show=parse_show(request.args.get("loc", "")),
        after=request.args.get("sau", ""),
        start=request.args.get("tu", "")[:MAX_CODE],
    )


class NameForm(BaseForm):
    q = StringField(
        "Tìm tên",
        [Required("Bạn hãy gõ tên."), TextLength(2, MAX_SEARCH)],
        filters=[collapse_spaces],
        description="Không dấu cũng được.",
    )


class PeopleField(SelectMultipleField):
    """Public ids, one box or hidden field each; whether they are on the list is told by the list."""

    is_multiple = True

    def pre_validate(self, form: BaseForm) -> None:
        if any(len(value) != 32 for value in self.data or []):
            raise ValidationError("Danh sách không hợp lệ.")


class RemindForm(BaseForm):
    """Who was reminded, and how: the chosen `people`, or everybody `shown` by the button `everybody`."""

    channel = RadioField(
        "Nhắc bằng cách nào",
        choices=[SelectChoice(channel.value, name) for channel, name in CHANNEL_NAMES.items()],
        default=Channel.ZALO.value,
    )
    people = PeopleField("Người được nhắc", choices=[])
    shown = PeopleField("Người trên trang", choices=[])
    everybody = StringField()

    @property
    def chosen(self) -> list[str]:
        return list(dict.fromkeys((self.shown.data if self.everybody.data else self.people.data) or []))
