import shutil

import pytest

from app.units.importer import DATA, BadUnitFiles, read_national_units


@pytest.fixture
def files(tmp_path):
    return shutil.copytree(DATA, tmp_path / "units")


def append(path, text):
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def problems_of(folder):
    with pytest.raises(BadUnitFiles) as caught:
        read_national_units(folder)
    return caught.value.problems


def test_the_national_files_are_sound(national):
    counts = {
        series.code: [sum(unit.depth == depth for unit in tree) for depth in (1, 2, 3)]
        for series, tree in national.trees.items()
    }

    assert counts == {"vn-2024": [63, 696, 10_051], "vn-2025": [34, 3_321, 0]}
    assert len(national.successions) == 10_651


def test_every_old_unit_has_a_successor_and_every_new_one_a_predecessor(national):
    before, after = national.trees.values()
    bottom = {unit.code for unit in before if unit.is_leaf}

    assert bottom <= {row.old_code for row in national.successions}
    assert {unit.code for unit in after} == {row.new_code for row in national.successions}


def test_communes_dissolved_long_ago_are_marked(national):
    before, after = national.trees.values()

    assert sum(unit.valid_to is not None for unit in before) == 12
    assert all(unit.valid_to is None for unit in after)


def test_all_problems_of_all_files_are_told_with_file_and_line(files):
    append(files / "units-2024.csv", "06343,xã,Bắc Quỳnh,185\nabc,xã,Mới,185\n")
    append(files / "units-2025.csv", "99999,xã\n")
    append(files / "successions.csv", "01,98,1\n01,01,2\n")
    append(files / "dissolved.csv", "01,31/12/2020\n99998,2020-12-31\n")

    problems = problems_of(files)

    assert "units-2024.csv:10813: Mã “abc” phải có 2, 3 hoặc 5 chữ số." in problems
    assert "units-2025.csv:3357: Dòng này phải có 4 cột." in problems
    assert "successions.csv:10653: Không có đơn vị mới 98." in problems
    assert "successions.csv:10654: Cột whole chỉ nhận 1, 0 hoặc để trống." in problems
    assert "dissolved.csv:14: Ngày phải viết dạng 2020-12-31." in problems
    assert "dissolved.csv:1: Không có đơn vị 99998." in problems


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"code,kind\n", "Dòng đầu phải là code,valid_to."),
        (b"", "Dòng đầu phải là code,valid_to."),
        (b"code,valid_to\n\xff,2020-12-31\n", "Tệp không phải UTF-8."),
    ],
)
def test_a_file_that_is_no_table_is_told(files, content, message):
    (files / "dissolved.csv").write_bytes(content)

    assert problems_of(files) == [f"dissolved.csv:1: {message}"]


def test_a_missing_file_is_told(files):
    (files / "dissolved.csv").unlink()

    assert problems_of(files) == ["dissolved.csv:1: Không đọc được tệp."]


def test_control_characters_are_refused(files):
    append(files / "dissolved.csv", "01\x07,2020-12-31\n")

    assert problems_of(files) == ["dissolved.csv:14: Nội dung có ký tự không hợp lệ."]
