"""Who may take part in a contest: age on the day the round opens, consent, unit."""

from app.errors import DomainError

MIN_CONTESTANT_NO = 10_000_000
MAX_CONTESTANT_NO = 99_999_999
STAFF_REASON = "Cán bộ và thành viên Ban Tổ chức dự thi không xếp hạng."
LEAGUE_INSIDE = "inside"
LEAGUE_OUTSIDE = "outside"


class TooYoung(DomainError):
    message = "Bạn chưa đủ tuổi để dự thi."


class ConsentMissing(DomainError):
    message = "Cần có sự đồng ý trước khi dự thi."
    todo = "Bạn mở trang Tài khoản và đọc phần đồng ý xử lý dữ liệu cá nhân."


class UnitUnknown(DomainError):
    message = "Bạn cần chọn xã, phường theo danh mục của cuộc thi này."
    todo = "Bạn quay lại trang tuần thi, chọn xã, phường rồi bấm BẮT ĐẦU LÀM BÀI."


class UnitOutside(DomainError):
    message = "Cuộc thi này dành cho người của các đơn vị trong phạm vi tổ chức."


def check_age(age: int, minimum_age: int) -> None:
    if age < minimum_age:
        raise TooYoung(f"Bạn chưa đủ {minimum_age} tuổi để dự thi.")


def check_consents(age: int, guardian_under_age: int, given: frozenset[str]) -> None:
    """Participation consent always; the guardian's below `guardian_under_age`."""
    if "participation" not in given:
        raise ConsentMissing("Bạn cần đồng ý việc xử lý dữ liệu cá nhân để dự thi.")
    if age < guardian_under_age and "guardian" not in given:
        raise ConsentMissing(f"Người dưới {guardian_under_age} tuổi cần cha, mẹ hoặc người giám hộ đồng ý.")


def league_of(is_inside: bool, *, has_leagues: bool) -> str:
    """The league of a unit. Raises UnitOutside when the contest has no league for outsiders."""
    if has_leagues:
        return LEAGUE_INSIDE if is_inside else LEAGUE_OUTSIDE
    if not is_inside:
        raise UnitOutside
    return ""
