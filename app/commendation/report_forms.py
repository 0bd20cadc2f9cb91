"""The form of an achievement report: one box for each field of the form, a table of earlier commendations."""

from collections.abc import Sequence
from typing import Any

from wtforms import StringField, TextAreaField

from app.commendation.report_rules import (
    COLLECTIVE_FIELDS,
    HONOUR_PARTS,
    MOST_HONOURS,
    PERSON_FIELDS,
    Field,
    Honour,
    Report,
)
from app.text import collapse
from app.web.fields import RowsField
from app.web.forms import BaseForm, TextLength

LONGEST_PART = 200
HONOURS_SHOWN = 2
SAVE, SUBMIT, ADD_ROW = "save", "submit", "row"
HONOUR_LABELS = {
    "year": "Năm",
    "title": "Danh hiệu, hình thức khen",
    "decision": "Số, ngày quyết định",
    "issuer": "Cơ quan ban hành",
}


def tidy(value: str | None) -> str:
    """A WTForms filter: no spaces around; lines stay."""
    return (value or "").strip()


class ReportForm(BaseForm):
    """Drafts may have empty boxes; what submitting needs is marked beside the box."""

    boxes: Sequence[Field] = ()
    action = StringField()
    honours = RowsField(
        "Các hình thức đã được khen thưởng",
        parts=HONOUR_PARTS,
        deciding=HONOUR_PARTS,
        shown=HONOURS_SHOWN,
        maximum=MOST_HONOURS,
    )

    def validate_honours(self, field: RowsField) -> None:
        for number, row in field.data.items():
            for part in HONOUR_PARTS:
                if len(row[part]) > LONGEST_PART:
                    field.refuse(number, part, f"Bạn viết dài quá: tối đa {LONGEST_PART} ký tự.")
        if field.row_errors:
            field.errors = [next(iter(field.row_errors.values()))]

    def validate(self, extra_validators: Any = None) -> bool:
        return bool(super().validate(extra_validators)) and not self.honours.row_errors

    def report(self) -> Report:
        fields = {box.name: self[box.name].data for box in self.boxes if self[box.name].data}
        rows = self.honours.data.values()
        honours = [Honour(**{part: collapse(row[part]) for part in HONOUR_PARTS}) for row in rows]
        return Report(fields, tuple(honours))

    def refuse_missing(self, missing: Sequence[Field]) -> None:
        """Put a sentence beside each box that submitting needs."""
        for box in missing:
            self[box.name].errors = [f"Bạn hãy ghi: {box.label.lower()}."]


def _form_class(boxes: Sequence[Field]) -> type[ReportForm]:
    fields = {
        box.name: (TextAreaField if box.is_long else StringField)(
            box.label, [TextLength(0, box.maximum)], filters=[tidy], description=box.hint
        )
        for box in boxes
    }
    return type("ReportForm", (ReportForm,), {"boxes": tuple(boxes), **fields})


PersonReportForm = _form_class(PERSON_FIELDS)
CollectiveReportForm = _form_class(COLLECTIVE_FIELDS)


def report_form(report: Report, *, is_collective: bool) -> ReportForm:
    """The posted form, or one that shows `report`."""
    shown: dict[str, Any] = dict(report.fields)
    shown["honours"] = [vars(honour) for honour in report.honours]
    return (CollectiveReportForm if is_collective else PersonReportForm)(data=shown)
