"""What each permission lets a person do, in words for the table of who may do what."""

from dataclasses import dataclass

from app.permissions import ROLE_NAMES, ROLE_PERMISSIONS, Grant, Permission, Role

PERMISSION_NAMES = {
    Permission.ACCOUNTS_RESET: "Giúp người dự thi vào tài khoản: cấp liên kết đặt mật khẩu, cấp mã",
    Permission.ROLES_GRANT: "Giao và thu hồi vai trò, khoá tài khoản, đặt lại xác thực hai lớp",
    Permission.QUESTIONS_EDIT: "Soạn và sửa câu hỏi",
    Permission.QUESTIONS_APPROVE: "Duyệt câu hỏi của người khác",
    Permission.CONTESTS_VIEW: "Xem các trang của Ban Tổ chức",
    Permission.CONTESTS_EDIT: "Tạo và sửa cuộc thi, vòng thi, Thể lệ",
    Permission.CONTESTS_SCHEDULE: "Lên lịch và kéo dài vòng thi",
    Permission.RESULTS_FREEZE: "Chốt số liệu của vòng thi",
    Permission.RESULTS_DECIDE: "Loại lượt thi, loại khỏi xếp hạng hoặc giải",
    Permission.RESULTS_APPROVE: "Duyệt và công bố kết quả do người khác chốt",
    Permission.INTEGRITY_REVIEW: "Xem và xử lý dấu hiệu bất thường",
    Permission.COMPLAINTS_ANSWER: "Xem và trả lời khiếu nại",
    Permission.ANALYSIS_READ: "Xem phân tích câu hỏi",
    Permission.EXCLUSIONS_EDIT: "Sửa danh sách không được dự thi, không xếp hạng",
    Permission.PARTICIPATION_READ: "Xem người và lượt dự thi của đơn vị, ai chưa dự thi",
    Permission.HEADCOUNTS_EDIT: "Khai quân số, giao chỉ tiêu",
    Permission.ROSTERS_EDIT: "Nhập danh sách đơn vị, đăng ký giúp, chuyển đơn vị, gộp tài khoản trùng",
    Permission.CAMPAIGNS_READ: "Xem kết quả thi đua",
    Permission.CAMPAIGNS_EDIT: "Sửa tiêu chí thi đua",
    Permission.ATTESTATIONS_EDIT: "Xác nhận tiêu chí thi đua định tính",
    Permission.COMMENDATION_HANDLE: "Làm hồ sơ khen thưởng ở khâu được giao",
    Permission.COMMENDATION_EDIT: "Sửa chỉ tiêu khen thưởng, mẫu văn bản, người ở từng khâu",
    Permission.AUDIT_READ: "Xem nhật ký hệ thống",
}
SCOPE_WORDS = {
    Role.STAFF: "trong đơn vị được giao và các đơn vị bên dưới",
    Role.ORGANISER: "trong cuộc thi được giao, hoặc mọi cuộc thi",
    Role.ADMINISTRATOR: "trong toàn hệ thống",
}


@dataclass(frozen=True)
class Line:
    """One permission, and for each role whether it carries it."""

    name: str
    by_role: tuple[bool, ...]


def table() -> list[Line]:
    """Who may do what, as the code decides it; roles in the order of Role."""
    return [
        Line(PERMISSION_NAMES[permission], tuple(permission in ROLE_PERMISSIONS[role] for role in Role))
        for permission in Permission
    ]


def now_possible(grants: list[tuple[Grant, str]]) -> list[tuple[str, list[str]]]:
    """(what, through which grants) of a person; each grant comes with the words of its scope."""
    found = []
    for permission in Permission:
        through = [
            f"{ROLE_NAMES[grant.role]}: {scope}" for grant, scope in grants if grant.allows(permission)
        ]
        if through:
            found.append((PERMISSION_NAMES[permission], through))
    return found
