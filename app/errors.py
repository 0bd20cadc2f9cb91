"""Refusals: a rule said no. The message is what the person reads."""


class DomainError(Exception):
    """A rule of the contest refused the act; answered with 409 and the message."""

    message = "Yêu cầu này không thực hiện được."
    safe = "Dữ liệu đã lưu trước đó vẫn còn nguyên."
    todo = ""

    def __init__(self, message: str | None = None, *, todo: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message
        self.todo = todo or self.todo


class BadInput(ValueError):
    """The request itself is malformed; answered with 400 and changes nothing."""


class NotAllowed(Exception):
    """The signed-in person lacks the permission; answered with 403."""


class SecondFactorMissing(Exception):
    """The act needs the second factor; answered by leading to the page where it is set up or shown."""


class Busy(Exception):
    """A bounded queue is full; answered with the waiting page (503) and Retry-After."""

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__("busy")
        self.retry_after = retry_after
