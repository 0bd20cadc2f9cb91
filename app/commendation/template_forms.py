"""Forms of the page of Word templates."""

from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms.validators import StopValidation

from app.commendation.template_rules import MAX_FILE_BYTES
from app.errors import BadInput
from app.text import clean, collapse
from app.web.forms import BaseForm

MAX_NAME_LENGTH = 120


class _Chosen:
    """A file must have been chosen, with something in it, and not too much."""

    def __call__(self, _form: BaseForm, field: FileField) -> None:
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise StopValidation("Bạn hãy chọn tệp Word.")
        size = field.data.stream.seek(0, 2)
        field.data.stream.seek(0)
        if size > MAX_FILE_BYTES:
            raise StopValidation("Tệp lớn hơn 2 MB: bạn giảm cỡ hình rồi tải lên lại.")
        if not size:
            raise StopValidation("Tệp này rỗng.")


class TemplateForm(BaseForm):
    """One Word file."""

    file = FileField("Tệp Word (.docx)", [_Chosen()], description="Tối đa 2 MB, không có macro và liên kết.")

    @property
    def file_name(self) -> str:
        """The file's own name, as far as it can be shown."""
        try:
            name = collapse(clean((self.file.data.filename or "").replace("\\", "/").rpartition("/")[2]))
        except BadInput:
            name = ""
        return name[-MAX_NAME_LENGTH:] or "mau.docx"


class DefaultForm(BaseForm):
    """Back to our own template."""
