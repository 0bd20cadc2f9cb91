"""Who may be moved to which unit, and which accounts may be taken as one person."""

from app.errors import DomainError

MAX_REASON = 300
MERGED_RELATION = "Tài khoản trùng, đã gộp vào tài khoản khác của cùng một người"
NOTHING_CHANGED = "Chưa có gì thay đổi."


class SameUnit(DomainError):
    message = "Người này đang ở chính đơn vị đó."
    safe = NOTHING_CHANGED


class UnitNotOpen(DomainError):
    message = "Đơn vị này không nhận người dự thi."
    safe = NOTHING_CHANGED
    todo = "Bạn chọn một xã, phường hoặc đơn vị trực thuộc đang hoạt động."


class OtherSeries(DomainError):
    message = "Người này không dự thi theo danh mục của đơn vị đó."
    safe = NOTHING_CHANGED


class OtherLeague(DomainError):
    message = "Chuyển như vậy sẽ đưa người này ra ngoài (hoặc vào trong) phạm vi của cuộc thi."
    safe = NOTHING_CHANGED
    todo = "Hãy báo Ban Tổ chức: khối dự thi của một người không đổi giữa cuộc thi."


class SameAccount(DomainError):
    message = "Bạn hãy chọn hai tài khoản khác nhau."
    safe = NOTHING_CHANGED


class HasRole(DomainError):
    message = "Một trong hai tài khoản đang giữ vai trò trong hệ thống nên không gộp được."
    safe = NOTHING_CHANGED
    todo = "Hãy báo người quản trị."


class AlreadyMerged(DomainError):
    message = "Một trong hai tài khoản đã được gộp."
    safe = NOTHING_CHANGED
    todo = "Bạn xem mục “Đã gộp”; có thể hoàn tác lần gộp cũ rồi gộp lại."


class IsListed(DomainError):
    message = "Tài khoản sẽ khoá có tên trong danh sách loại trừ của cuộc thi nên không gộp được."
    safe = NOTHING_CHANGED
    todo = "Hãy báo Ban Tổ chức."


class IsLocked(DomainError):
    message = "Một trong hai tài khoản đang bị khoá nên không gộp được."
    safe = NOTHING_CHANGED


class NotMerged(DomainError):
    message = "Tài khoản này hiện không gộp vào tài khoản nào."
    safe = NOTHING_CHANGED
