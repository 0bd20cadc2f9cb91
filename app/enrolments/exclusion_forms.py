"""Forms of the exclusion list: finding somebody, listing them, taking them off."""

from wtforms import Field, HiddenField, RadioField, SelectChoice, SelectField, StringField, ValidationError

from app.accounts.models import Account
from app.accounts.rules import find_phone
from app.enrolments import exclusion_queries as queries
from app.enrolments import exclusion_rules as rules
from app.errors import BadInput
from app.web.forms import BaseForm, Required, TextLength, collapse_spaces

MAX_SEARCH = 80


class FindPersonForm(BaseForm):
    q = StringField(
        "Tìm người",
        [Required("Bạn hãy gõ tên hoặc số điện thoại."), TextLength(queries.LEAST_LETTERS, MAX_SEARCH)],
        filters=[collapse_spaces],
        description="Tên (không dấu cũng được), số điện thoại hoặc mã tài khoản. "
        "Số chưa đăng ký cũng ghi vào danh sách được.",
    )


class ListPersonForm(BaseForm):
    """Whom (an account's public id, or a number nobody has registered), how, and as what."""

    q = HiddenField(filters=[collapse_spaces])
    person = RadioField("Người", validate_choice=False)
    kind = SelectField(
        "Là",
        choices=[SelectChoice(kind.value, name) for kind, name in rules.KIND_NAMES.items()],
        validate_choice=False,
    )
    relation = StringField(
        "Là gì của ai, hoặc lý do",
        [TextLength(0, rules.MAX_RELATION)],
        filters=[collapse_spaces],
        description="Ví dụ: con của Phó Trưởng Ban Tổ chức. Bắt buộc với người thân và lý do khác.",
    )
    mode = RadioField(
        "Mức",
        choices=[SelectChoice(mode.value, name) for mode, name in rules.MODE_NAMES.items()],
        validate_choice=False,
    )
    account: Account | None = None
    found: tuple[tuple[Account, str], ...] = ()

    def look_up(self) -> None:
        """Find again whom the search of the page had found. Raises BadInput."""
        text = self.q.data or ""
        if len(text) > MAX_SEARCH:
            raise BadInput("Từ tìm kiếm quá dài.")
        self.found = tuple(queries.find_people(text)) if text else ()
        choices = [SelectChoice(account.public_id, account.full_name) for account, _ in self.found]
        if self.new_phone:
            choices.append(SelectChoice(self.new_phone, self.new_phone))
        self.person.choices = choices

    @property
    def new_phone(self) -> str | None:
        """The number that was searched for, when nobody has registered it."""
        return None if self.found else find_phone(self.q.data or "")

    @property
    def phone(self) -> str:
        """The number to be listed when it is no account."""
        return find_phone(self.person.data or "") or ""

    def validate_person(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("Bạn hãy chọn một người.")
        if self.phone:
            self.account = next((account for account, _ in queries.find_people(self.phone)), None)
        else:
            self.account = queries.get_account(field.data)

    def validate_kind(self, field: Field) -> None:
        if field.data not in set(rules.Kind):
            raise ValidationError("Bạn hãy chọn người này là ai.")

    def validate_relation(self, field: Field) -> None:
        if self.kind.data in rules.NEEDS_RELATION and not field.data:
            raise ValidationError(rules.RelationMissing.message)

    def validate_mode(self, field: Field) -> None:
        if field.data not in set(rules.Mode):
            raise ValidationError("Bạn hãy chọn một mức.")


class RemoveForm(BaseForm):
    reason = StringField(
        "Lý do bỏ khỏi danh sách",
        [Required("Bạn hãy ghi lý do."), TextLength(5, rules.MAX_REASON)],
        filters=[collapse_spaces],
        description="Được ghi vào nhật ký.",
    )
