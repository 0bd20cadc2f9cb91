"""The cards of the editor hold criteria without losing anything, and say what is wrong with a box."""

from dataclasses import fields

import pytest

from app.emulation.criteria_json_rules import from_json, to_json
from app.emulation.criteria_rules import KINDS, Criteria, Group, Part, judge
from app.emulation.difference_rules import differences, next_steps
from app.emulation.preset_rules import PRESETS
from app.emulation.sheet_rules import change_sheet, read_sheet, sheet_of
from app.emulation.sheet_value_rules import content_of
from app.emulation.sheet_wording import BOXES
from app.emulation.wording import KIND_NAMES, Words
from app.errors import BadInput

WORDS = Words("tuần", "Huyện Bắc Sơn", "Tỉnh Lạng Sơn")


def posted(sheet):
    """The fields that a page with this sheet sends."""
    sent = {}
    for letter, part in sheet.parts.items():
        sent[f"{letter}-needed"] = part.needed
        for number, group in enumerate(part.groups, 1):
            sent |= {f"{letter}-{number}-{name}": value for name, value in group.values.items()}
            for place, card in enumerate(group.cards, 1):
                sent[f"{letter}-{number}-{place}-kind"] = card.kind
                sent |= {f"{letter}-{number}-{place}-{name}": text for name, text in card.values.items()}
    return sent


@pytest.mark.parametrize("preset", PRESETS)
def test_criteria_come_through_the_form_unchanged(preset):
    content = to_json(PRESETS[preset].criteria)

    sheet = read_sheet(posted(sheet_of(content)))

    assert content_of(sheet) == content
    assert not sheet.has_errors


def test_every_kind_has_boxes_for_every_parameter():
    assert BOXES.keys() == KINDS.keys() == KIND_NAMES.keys()
    for kind, found in KINDS.items():
        assert {box.name for box in BOXES[kind]} == {one.name for one in fields(found)} - {"code", "title"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_card_of_every_kind_can_be_read(kind):
    letter = "c" if KINDS[kind].is_collective else "i"
    sheet = sheet_of(to_json(Criteria()))
    change_sheet(sheet, f"add-{letter}")
    sheet.parts[letter].groups[0].values |= {"title": "Nhóm", "new": kind}

    assert change_sheet(sheet, f"add-{letter}-1") == f"{letter}-1-1"

    card = sheet.parts[letter].groups[0].cards[0]
    if "attester" in card.values:
        card.values["attester"] = "Ban Dân vận"
    content = content_of(sheet)
    assert not sheet.has_errors
    assert to_json(from_json(content)) == content


def test_codes_stay_apart_whatever_is_removed():
    sheet = sheet_of(to_json(PRESETS["lan-toa"].criteria))
    for _ in range(3):
        sheet.parts["i"].groups[0].values["new"] = "no_void"
        change_sheet(sheet, "add-i-1")
    change_sheet(sheet, "remove-i-1-3")
    sheet.parts["i"].groups[0].values["new"] = "no_void"
    change_sheet(sheet, "add-i-1")

    codes = [card.values["code"] for card in sheet.parts["i"].groups[0].cards]
    assert len(set(codes)) == len(codes) == 4


@pytest.mark.parametrize(
    ("box", "text", "sentence"),
    [
        ("count", "hai", "Bạn hãy ghi một số từ 1 đến 1.000.000."),
        ("streak", "61", "Bạn hãy ghi một số từ 0 đến 60."),
        ("registered_from", "31/02/2024", "Bạn hãy ghi ngày, tháng, năm, ví dụ 25/03/2024."),
        ("rounds", "1, hai", "Bạn ghi số của các vòng, cách nhau bằng dấu phẩy, ví dụ 1, 2, 5."),
        ("title", " ", "Bạn hãy ghi tên."),
    ],
)
def test_a_wrong_box_is_named(box, text, sentence):
    sheet = sheet_of(to_json(PRESETS["lan-toa"].criteria))
    card = sheet.parts["i"].groups[0].cards[0]
    card.values[box] = text

    content_of(sheet)

    assert card.errors == {box: sentence}


def test_an_unknown_kind_is_refused():
    with pytest.raises(BadInput):
        read_sheet({"i-1-title": "Nhóm", "i-1-1-kind": "luck"})


def test_differences_name_what_went_came_and_changed():
    old = PRESETS["bac-son-2024"].criteria
    content = to_json(old)
    content["individual"]["groups"][2]["criteria"][3]["count"] = 3
    del content["individual"]["groups"][0]

    found = {one.title: one for one in differences(old, from_json(content), WORDS)}

    assert found["Vận động người thân, bạn bè dự thi liên tục"].after.startswith("Vận động được ít nhất 3")
    assert found["Tham mưu cho thủ trưởng đơn vị triển khai cuộc thi"].after == ""
    assert "Có sáng kiến, cách làm hay trong vận động người dự thi" not in found
    assert differences(old, old, WORDS) == []


@pytest.mark.parametrize("preset", PRESETS)
def test_the_next_steps_are_as_many_as_the_verdict_says(preset):
    for part in (PRESETS[preset].criteria.individual, PRESETS[preset].criteria.collective):
        for bits in range(1 << len(part.criteria)):
            met = [bool(bits >> index & 1) for index in range(len(part.criteria))]
            if part.criteria:
                assert len(next_steps(part, bits)) == judge(part, met).missing


def test_where_some_of_a_group_are_enough_all_that_could_help_are_named():
    criteria = PRESETS["tham-gia-day-du"].criteria.individual.criteria
    part = Part((Group("g", "Nhóm", criteria, needed=1),))

    assert next_steps(part, 0) == list(criteria)
    assert next_steps(part, 0b100) == []
