"""The words for states, acts, steps, grounds and conflicts of a commendation."""

from app.commendation.report_rules import Report, fields_of
from app.commendation.rules import Conflict
from app.commendation.workflow_rules import Act, Ground, State, Step

FORM_NO, DECREE = "Mẫu số 08", "Nghị định số 98/2023/NĐ-CP"
AWARD = "Giấy khen"

STATE_NAMES = {
    State.CHOSEN: "Được chọn",
    State.REPORTING: "Đang viết báo cáo",
    State.SUBMITTED: "Đã nộp, chờ thẩm định",
    State.RETURNED: "Yêu cầu bổ sung",
    State.APPRAISED: "Đã thẩm định",
    State.COUNCIL: "Trình Hội đồng",
    State.APPROVED: "Đã xét duyệt",
    State.DECIDED: "Đã có quyết định",
    State.PUBLISHED: "Đã công bố",
    State.REJECTED: "Từ chối",
    State.WITHDRAWN: "Đã rút",
    State.REVOKED: "Đã thu hồi",
}
# badge kinds of macros/parts.html
STATE_BADGES = {
    State.CHOSEN: "draft",
    State.REPORTING: "draft",
    State.SUBMITTED: "waiting",
    State.RETURNED: "provisional",
    State.APPRAISED: "waiting",
    State.COUNCIL: "waiting",
    State.APPROVED: "met",
    State.DECIDED: "official",
    State.PUBLISHED: "official",
    State.REJECTED: "bad",
    State.WITHDRAWN: "bad",
    State.REVOKED: "bad",
}
STEP_NAMES = {
    Step.CHOOSE: "Chọn và đề nghị",
    Step.REPORT: "Viết báo cáo",
    Step.APPRAISE: "Thẩm định",
    Step.COUNCIL: "Thư ký Hội đồng",
    Step.DECIDE: "Ghi quyết định",
}
STEP_HINTS = {
    Step.CHOOSE: "Thường là Ban Dân vận: chọn người, tập thể đạt tiêu chí và yêu cầu viết báo cáo.",
    Step.APPRAISE: "Thường là Phòng Nội vụ: kiểm tra hồ sơ, yêu cầu bổ sung, trình Hội đồng.",
    Step.COUNCIL: "Ghi biên bản và số phiếu của Hội đồng Thi đua - Khen thưởng.",
    Step.DECIDE: "Ghi số, ngày quyết định đã ký và công bố.",
}
WAITS_FOR = {
    State.CHOSEN: "Chờ yêu cầu viết báo cáo",
    State.REPORTING: "Chờ viết và nộp báo cáo",
    State.RETURNED: "Chờ bổ sung báo cáo",
    State.SUBMITTED: "Chờ thẩm định",
    State.APPRAISED: "Chờ trình Hội đồng",
    State.COUNCIL: "Chờ Hội đồng họp",
    State.APPROVED: "Chờ quyết định",
    State.DECIDED: "Chờ công bố",
}
ACT_NAMES = {
    Act.CHOOSE: "Chọn để đề nghị khen thưởng",
    Act.ASK: "Yêu cầu viết báo cáo thành tích",
    Act.SUBMIT: "Nộp báo cáo thành tích",
    Act.RETURN: "Yêu cầu bổ sung",
    Act.APPRAISE: "Thẩm định: đủ điều kiện",
    Act.PRESENT: "Trình Hội đồng",
    Act.APPROVE: "Hội đồng đồng ý",
    Act.REJECT: "Từ chối",
    Act.DECIDE: "Ghi quyết định khen thưởng",
    Act.PUBLISH: "Công bố",
    Act.WITHDRAW: "Rút khỏi danh sách đề nghị",
    Act.REVOKE: "Thu hồi khen thưởng",
}
ACT_HINTS = {
    Act.ASK: "Người hoặc tập thể được đề nghị nhận thông báo và viết báo cáo.",
    Act.APPRAISE: "Đúng đối tượng, đủ tiêu chuẩn, đủ hồ sơ.",
    Act.RETURN: "Hồ sơ trở lại cho người viết; lý do được gửi cho họ.",
    Act.REJECT: "Hồ sơ dừng lại; căn cứ và lý do được gửi cho đơn vị và người được đề nghị.",
    Act.PRESENT: "Hồ sơ vào danh sách của phiên họp tới.",
    Act.WITHDRAW: "Hồ sơ dừng lại, số lượng được trả về cho cơ quan khen thưởng.",
    Act.REVOKE: "Tên được đưa ra khỏi danh sách đã công bố; mã xác nhận báo đã thu hồi.",
}
GROUND_NAMES = {
    Ground.WRONG_SUBJECT: "Không đúng đối tượng",
    Ground.BELOW_STANDARD: "Không đủ tiêu chuẩn",
    Ground.INCOMPLETE: "Hồ sơ không đầy đủ",
    Ground.BREACH_OF_LAW: "Vi phạm pháp luật",
}
CONFLICT_NAMES = {
    Conflict.SELF: "Là chính bạn",
    Conflict.PROPOSED: "Đã được đề nghị",
    Conflict.NOT_MET: "Không còn đạt tiêu chí",
    Conflict.BARRED: "Không được dự thi",
    Conflict.EXCLUDED: "Trong danh sách loại trừ",
    Conflict.UNDER_REVIEW: "Đang được xem lại",
    Conflict.COMPLAINT: "Có khiếu nại chưa giải quyết",
}
ORDER_SENTENCE = (
    "Xếp theo: số tiêu chí đạt, số người được vận động đủ điều kiện, số vòng đã thi, hạng cao nhất, "
    "rồi theo tên."
)
COLLECTIVE_ORDER_SENTENCE = (
    "Xếp theo: số tiêu chí đạt, tỷ lệ tham gia, số người tham gia, số người đạt giải, rồi theo tên."
)


def report_lines(report: Report, *, is_collective: bool, part: str) -> list[tuple[str, str]]:
    """(label, text) of what is written in a part of the form, blanks left out."""
    boxes = [box for box in fields_of(is_collective=is_collective) if box.part == part]
    return [(box.label, report.fields[box.name]) for box in boxes if report.fields.get(box.name)]
