"""Forms of the second factor."""

from wtforms import HiddenField, PasswordField, StringField

from app.web.forms import BaseForm, Required, TextLength

MAX_CODE = 20
CODE_MISSING = "Bạn hãy ghi mã."
CODE_WRONG = "Mã này không đúng hoặc đã dùng. Bạn chờ ứng dụng hiện mã mới rồi thử lại."


class CodeForm(BaseForm):
    """The second step of signing in, and showing the factor again."""

    code = StringField(
        "Mã xác thực",
        [Required(CODE_MISSING), TextLength(0, MAX_CODE)],
        description="Sáu chữ số trong ứng dụng xác thực, hoặc một mã dự phòng.",
    )
    next = HiddenField()


class SetupForm(BaseForm):
    current_password = PasswordField("Mật khẩu của bạn", [Required("Bạn hãy ghi mật khẩu.")])
    code = StringField(
        "Mã đang hiện trong ứng dụng",
        [Required(CODE_MISSING), TextLength(0, MAX_CODE)],
        description="Sáu chữ số.",
    )


class ManageForm(BaseForm):
    """Turning off, or new recovery codes: the password and a code again."""

    current_password = PasswordField("Mật khẩu của bạn", [Required("Bạn hãy ghi mật khẩu.")])
    code = StringField(
        "Mã xác thực",
        [Required(CODE_MISSING), TextLength(0, MAX_CODE)],
        description="Sáu chữ số trong ứng dụng xác thực, hoặc một mã dự phòng.",
    )
