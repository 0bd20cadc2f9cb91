"""Why a role or a lock is refused."""

from app.errors import DomainError


class AlreadyGranted(DomainError):
    message = "Người này đã có vai trò này."


class LastAdministrator(DomainError):
    message = "Bạn không tự thu hồi vai trò quản trị của mình được."
    todo = "Hãy nhờ một người quản trị khác."


class OwnGrant(DomainError):
    message = "Bạn không tự giao vai trò cho mình được."
    todo = "Hãy nhờ một người quản trị khác."


class OwnLock(DomainError):
    message = "Bạn không tự khoá tài khoản của mình được."


class AlreadyLocked(DomainError):
    message = "Tài khoản này đã bị khoá."


class NotLocked(DomainError):
    message = "Tài khoản này không bị khoá."
