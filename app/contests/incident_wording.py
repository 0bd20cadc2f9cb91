"""What happens when something goes wrong in a round: the rule everybody can read, and its words on pages."""

INCIDENT_RULE = """\
1. Sự cố là việc làm nhiều người không thi được hoặc làm đề thi không còn đúng: máy chủ ngừng, đường truyền \
của Ban Tổ chức đứt, đề hoặc đáp án lộ trước, câu hỏi sai hàng loạt.
2. Sự cố ngắn, kết quả vẫn đúng: Ban Tổ chức **kéo dài** vòng thi. Mọi bài đang làm được tính lại giờ nộp, \
câu trả lời đã lưu còn nguyên. Quyết định và lý do được công bố.
3. Sự cố làm kết quả không còn công bằng: Ban Tổ chức **hủy vòng thi**, do một người đề nghị và một người \
khác xác nhận. Kết quả vòng đó không tính cho ai, không ai bị coi là bỏ lỡ vòng đó. Bài đã làm được giữ lại \
để đối chiếu.
4. Vòng bị hủy có thể được **tổ chức lại** với câu hỏi chưa dùng, theo lịch mới công bố trên trang này.
5. Sự cố riêng của một máy hay một nhà mạng không làm thay đổi vòng thi: câu trả lời đã lưu được giữ, bạn \
vào làm tiếp trên máy khác khi còn giờ.
6. Sau khi kết quả đã công bố, vòng thi không hủy được nữa; kết quả chỉ được sửa bằng bản công bố mới, có \
lý do.
"""


def incident_rule(own_text: str | None) -> str:
    """The rule in force in Markdown: the contest's own text, or the usual one."""
    return own_text or INCIDENT_RULE
