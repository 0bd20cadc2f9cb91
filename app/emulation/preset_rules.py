"""Criteria of real plans, to begin a campaign from; what a plan leaves open is a parameter with a note."""

from dataclasses import dataclass

from app.emulation.criteria_rules import (
    Attested,
    Belongs,
    Criteria,
    GoodResult,
    Group,
    NoVoid,
    Part,
    Referrals,
    Took,
    TookPart,
    UnitAttested,
    UnitRate,
    UnitWinners,
)

HEAD_OF_UNIT = "Thủ trưởng đơn vị"
MASS_MOBILISATION = "Ban Dân vận"


@dataclass(frozen=True)
class Note:
    """A question that the plan leaves open: the parameter that answers it, and our default in words.

    `code` is that of the criterion, or "" where the parameter is how groups combine.
    """

    code: str
    parameter: str
    text: str


@dataclass(frozen=True)
class Preset:
    name: str
    about: str
    criteria: Criteria
    notes: tuple[Note, ...] = ()


# Kế hoạch phát động thi đua của huyện Bắc Sơn, tháng 3/2024: tập thể (1)–(3), cá nhân (a)–(c).
BAC_SON = Criteria(
    individual=Part(
        (
            Group(
                *("a", "(a) Tham mưu"),
                (Attested("a1", "Tham mưu cho thủ trưởng đơn vị triển khai cuộc thi", HEAD_OF_UNIT),),
            ),
            Group(
                *("b", "(b) Sáng kiến"),
                (Attested("b1", "Có sáng kiến, cách làm hay trong vận động người dự thi", HEAD_OF_UNIT),),
            ),
            Group(
                *("c", "(c) Dự thi và vận động người dự thi"),
                (
                    Belongs("c1", "Tài khoản thuộc đơn vị phát động"),
                    TookPart("c2", "Tài khoản hoạt động", Took.COUNT, 1),
                    GoodResult("c3", "Có kết quả tốt được Ban Tổ chức công nhận"),
                    Referrals("c4", "Vận động người thân, bạn bè dự thi liên tục", 2, 5),
                ),
            ),
        ),
        needed=1,
    ),
    collective=Part(
        (
            Group(
                *("t", "Tập thể"),
                (
                    UnitAttested("t1", "Triển khai kịp thời đến toàn thể thành viên", MASS_MOBILISATION),
                    UnitAttested("t2", "Tuyên truyền đa dạng, tạo thuận lợi để dự thi", MASS_MOBILISATION),
                    UnitAttested("t3", "Thường xuyên chỉ đạo, kiểm tra, đôn đốc", MASS_MOBILISATION),
                ),
            ),
        ),
    ),
)
BAC_SON_NOTES = (
    Note("", "needed", "Kế hoạch nêu (a), (b), (c) mà không nói cần cả ba. Ở đây đạt một nhóm là đủ."),
    Note("c1", "basis", "“Thuộc huyện”: tài khoản đăng ký ở huyện, hoặc dự thi cho huyện, đều được tính."),
    Note("c2", "count", "“Hoạt động”: có lượt thi hợp lệ ở ít nhất một vòng."),
    Note("c3", "mode", "“Kết quả tốt”: có ít nhất một kết quả được công nhận, không cần hạng."),
    Note("c4", "which", "Vận động nhiều hơn 2 người: bất kỳ 2 người nào dự đủ cũng được tính."),
    Note(
        "c4",
        "rounds",
        "“5 tuần liên tục”: mỗi tuần có ít nhất một lượt thi hợp lệ, ở bất kỳ 5 tuần liền nhau nào.",
    ),
    Note("c4", "lives", "Người được vận động ở ngoài huyện vẫn được tính."),
    Note("c4", "own_streak", "Người giới thiệu không bắt buộc tự mình dự đủ 5 tuần liên tục."),
    Note("c4", "registered_from", "Không giới hạn ngày đăng ký của người được vận động."),
)

# Thể lệ cuộc thi tìm hiểu pháp luật Hải Dương 2024: giải tập thể theo tỷ lệ tham gia.
HAI_DUONG = Criteria(
    collective=Part(
        (
            Group(
                *("t", "Tập thể"),
                (
                    UnitRate("t1", "Tỷ lệ người tham gia cao", 50),
                    UnitAttested("t2", "Làm tốt công tác tuyên truyền", "Ban Tổ chức"),
                    UnitWinners("t3", "Có người đạt giải", 1),
                ),
            ),
        ),
    ),
)
HAI_DUONG_NOTES = (
    Note("t1", "percent", "Thể lệ nói “tỷ lệ cao nhất”; ở đây là một mức phải đạt, mặc định 50% quân số."),
    Note("t1", "span", "Mỗi người tính một lần trong cả cuộc thi, không tính theo từng vòng."),
    Note("t3", "count", "Thể lệ nói “nhiều người đạt giải”; mặc định ít nhất 1 người."),
)

SPREAD = Criteria(
    individual=Part(
        (Group("l", "Lan tỏa", (Referrals("l1", "Lan tỏa cuộc thi đến nhiều người", 10, 1),)),),
    ),
)
SPREAD_NOTES = (
    Note("l1", "count", "Mức để được ghi nhận lan tỏa: 10 người."),
    Note("l1", "streak", "Người được giới thiệu phải có lượt thi hợp lệ ở ít nhất một vòng."),
)

FULL = Criteria(
    individual=Part(
        (
            Group(
                *("d", "Tham gia đầy đủ"),
                (
                    Belongs("d1", "Thuộc đơn vị phát động"),
                    TookPart("d2", "Dự thi tất cả các vòng"),
                    NoVoid("d3", "Không có lượt thi bị hủy"),
                ),
            ),
        ),
    ),
)
FULL_NOTES = (Note("d2", "rounds", "Vòng bị hủy không tính; vòng sắp mở cũng phải dự thì mới đạt."),)

PRESETS: dict[str, Preset] = {
    "bac-son-2024": Preset(
        "Bắc Sơn 2024",
        "Cá nhân vận động được người khác dự thi liên tục; tập thể do cán bộ xác nhận.",
        BAC_SON,
        BAC_SON_NOTES,
    ),
    "hai-duong-2024": Preset(
        "Hải Dương 2024", "Tập thể có tỷ lệ tham gia cao và có người đạt giải.", HAI_DUONG, HAI_DUONG_NOTES
    ),
    "lan-toa": Preset("Lan tỏa", "Cá nhân đưa được nhiều người đến với cuộc thi.", SPREAD, SPREAD_NOTES),
    "tham-gia-day-du": Preset("Tham gia đầy đủ", "Cá nhân dự thi tất cả các vòng.", FULL, FULL_NOTES),
}
