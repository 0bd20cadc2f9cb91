"""BaseForm: CSRF, Vietnamese messages, exact field lists."""

from datetime import date
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, StopValidation, ValidationError

from app.errors import BadInput
from app.text import collapse, parse_integer

MAX_SEARCH = 80
MAX_REASON = 300


class BaseForm(FlaskForm):
    """A form that refuses fields it does not list; file fields are declared like others."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """The posted form as the gateway cleaned it. Raises BadInput: a body of JSON is no form."""
            if form.is_submitted() and request.is_json:
                raise BadInput("Biểu mẫu không đúng dạng.")
            return super().wrap_formdata(form, formdata)

    def validate_on_submit(self, **kwargs: Any) -> bool:
        """True for a posted, valid form. Raises BadInput on unknown or repeated fields."""
        if not self.is_submitted():
            return False
        self.refuse_unknown_fields()
        return bool(self.validate(**kwargs))

    def refuse_unknown_fields(self) -> None:
        known = {name for field in self for name in _posted_names(field)} | {"csrf_token"}
        for name, values in request.form.lists():
            if name not in known:
                raise BadInput("Biểu mẫu có trường không hợp lệ.")
            if len(values) > 1 and not getattr(self._fields.get(name), "is_multiple", False):
                raise BadInput("Biểu mẫu có trường lặp lại.")


def _posted_names(field: Field) -> list[str]:
    own = [field.name] if getattr(field, "reads_own_name", True) else []
    return [*own, *getattr(field, "part_names", [])]


class Required(InputRequired):
    """Something other than spaces must be given."""

    def __init__(self, message: str) -> None:
        super().__init__(message)

    def __call__(self, form: Any, field: Field) -> None:
        if not field.raw_data or not (isinstance(field.raw_data[0], str) and field.raw_data[0].strip()):
            field.errors = []
            raise StopValidation(str(self.message))


class Ticked(DataRequired):
    """The box must be ticked."""


class TextLength:
    """Between `minimum` and `maximum` characters."""

    def __init__(self, minimum: int, maximum: int) -> None:
        self.minimum, self.maximum = minimum, maximum

    def __call__(self, _form: Any, field: Field) -> None:
        length = len(field.data or "")
        if length > self.maximum:
            raise ValidationError(f"Bạn viết dài quá: tối đa {self.maximum} ký tự.")
        if length < self.minimum:
            raise ValidationError(f"Bạn viết ngắn quá: ít nhất {self.minimum} ký tự.")


class BoundedInteger(IntegerField):
    """An integer in ASCII digits; dots between thousands are accepted (1.234)."""

    def __init__(
        self, label: str, validators: Any = None, *, minimum: int, maximum: int, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.minimum, self.maximum = minimum, maximum

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip().replace(".", "") if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = parse_integer(text, self.minimum, self.maximum)
        except BadInput:
            raise ValueError(f"Bạn hãy ghi một số từ {self.minimum} đến {self.maximum}.") from None


class DatePartsField(Field):
    """Day, month and year in three boxes named NAME_day, NAME_month, NAME_year, or NAME as dd/mm/yyyy."""

    is_date_parts = True
    data: date | None

    def __init__(self, label: str, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.part_names = [f"{self.name}_{part}" for part in ("day", "month", "year")]
        self.part_values = ["", "", ""]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data if data is not None else self.default, extra_filters)
        if formdata and any(name in formdata for name in self.part_names):
            self.part_values = [formdata.get(name, "").strip() for name in self.part_names]
            self.raw_data = ["/".join(self.part_values) if any(self.part_values) else ""]
        elif formdata and self.name in formdata:
            self.raw_data = [formdata[self.name]]
            self.part_values = [*formdata[self.name].strip().split("/"), "", "", ""][:3]
        elif isinstance(self.data, date):
            self.part_values = [str(self.data.day), str(self.data.month), str(self.data.year)]
            return
        self.data = self._parse()

    def _parse(self) -> date | None:
        if not any(self.part_values):
            return None
        try:
            day, month, year = (parse_integer(part, 1, 9999) for part in self.part_values)
            return date(year, month, day)
        except ValueError:
            self.process_errors = [
                "Ngày này không có thật. Bạn ghi ngày, tháng, năm bằng số, ví dụ 05/08/1990."
            ]
            return None


def collapse_spaces(value: str | None) -> str | None:
    """A WTForms filter: one space between words, none at the ends."""
    return collapse(value) if value else value


class PersonSearchForm(BaseForm):
    q = StringField(
        "Tìm người",
        [Required("Bạn hãy gõ tên, số điện thoại hoặc mã tài khoản."), TextLength(2, MAX_SEARCH)],
        filters=[collapse_spaces],
        description="Tên (không dấu cũng được), số điện thoại hoặc mã tài khoản.",
    )


class ReasonForm(BaseForm):
    reason = StringField(
        "Lý do",
        [Required("Bạn hãy ghi lý do."), TextLength(5, MAX_REASON)],
        filters=[collapse_spaces],
        description="Được ghi vào nhật ký.",
    )
