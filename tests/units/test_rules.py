import random
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.units import rules
from app.units.rules import Problem, SuccessionRow, UnitRow

PROVINCE = UnitRow("20", "tỉnh", "Lạng Sơn", "", 2)
DISTRICT = UnitRow("185", "huyện", "Bắc Sơn", "20", 3)
COMMUNE = UnitRow("06343", "xã", "Bắc Quỳnh", "185", 4)
TREE = [PROVINCE, DISTRICT, COMMUNE]


def sorted_names(*units):
    return sorted(units, key=lambda unit: rules.sort_key(*unit))


def test_a_tree_is_sound():
    assert rules.check_tree(TREE) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (UnitRow("2", "tỉnh", "Lạng Sơn", "", 9), "Mã “2” phải có 2, 3 hoặc 5 chữ số."),
        (UnitRow("２１", "tỉnh", "Lạng Sơn", "", 9), "Mã “２１” phải có 2, 3 hoặc 5 chữ số."),
        (UnitRow("0633x", "xã", "Bắc Sơn", "185", 9), "Mã “0633x” phải có 2, 3 hoặc 5 chữ số."),
        (UnitRow("06340", "quận", "Bắc Sơn", "185", 9), "Loại “quận” không hợp với mã 06340."),
        (UnitRow("06340", "xã", "", "185", 9), "Tên đơn vị bị thiếu hoặc quá dài."),
        (UnitRow("06340", "xã", "x" * 81, "185", 9), "Tên đơn vị bị thiếu hoặc quá dài."),
        (UnitRow("06340", "xã", "Bắc Sơn", "", 9), "Chỉ đơn vị cấp tỉnh không có đơn vị cấp trên."),
        (UnitRow("22", "tỉnh", "Bắc Sơn", "20", 9), "Chỉ đơn vị cấp tỉnh không có đơn vị cấp trên."),
        (UnitRow("06340", "xã", "Bắc Sơn", "186", 9), "Không có đơn vị cấp trên 186."),
        (UnitRow("186", "huyện", "Bắc Sơn", "185", 9), "Đơn vị 185 không thể là cấp trên của 186."),
        (UnitRow("06343", "xã", "Bắc Quỳnh", "185", 9), "Mã 06343 đã có ở dòng 4."),
    ],
)
def test_a_wrong_row_is_told_with_its_line(row, message):
    assert rules.check_tree([*TREE, row]) == [Problem(9, message)]


def test_all_wrong_rows_are_told_in_order():
    rows = [UnitRow("20", "xã", "Lạng Sơn", "", 2), UnitRow("185", "huyện", "", "20", 3)]

    assert [problem.line for problem in rules.check_tree(rows)] == [2, 3]


def test_successions_must_name_known_units_once():
    rows = [
        SuccessionRow("20", "20", True, 2),
        SuccessionRow("20", "20", False, 3),
        SuccessionRow("21", "20", None, 4),
        SuccessionRow("20", "22", None, 5),
    ]

    assert rules.check_successions(rows, frozenset({"20"}), frozenset({"20"})) == [
        Problem(3, "Cặp này đã có ở dòng 2."),
        Problem(4, "Không có đơn vị cũ 21."),
        Problem(5, "Không có đơn vị mới 22."),
    ]


def test_a_built_unit_knows_its_place():
    built = rules.build_tree([COMMUNE, DISTRICT, PROVINCE], {"06343": date(2020, 12, 31)})

    assert [(unit.path, unit.depth, unit.is_leaf) for unit in built] == [
        ("/20/", 1, False),
        ("/20/185/", 2, False),
        ("/20/185/06343/", 3, True),
    ]
    assert built[2].full_name == "Xã Bắc Quỳnh"
    assert built[2].search == " bac quinh / xa huien bac son"
    assert [unit.valid_to for unit in built] == [None, None, date(2020, 12, 31)]


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("thị trấn", "Bắc Sơn", "Thị trấn Bắc Sơn"),
        ("phường", "1", "Phường 1"),
        ("đặc khu", "Cô Tô", "Đặc khu Cô Tô"),
        ("phường", "Phường Đúc", "Phường Phường Đúc"),
    ],
)
def test_full_name(kind, name, expected):
    assert rules.full_name(kind, name) == expected


def test_names_stand_in_vietnamese_order_with_numbers_by_value():
    expected = [
        ("phường", "2"),
        ("phường", "10"),
        ("xã", "An Sơn"),
        ("xã", "Ân Thi"),
        ("xã", "Bắc La"),
        ("thị trấn", "Bắc Sơn"),
        ("xã", "Bắc Sơn"),
        ("xã", "Đình Lập"),
        ("xã", "Thủy An"),
        ("xã", "Thuỷ Biều"),
        ("xã", "Thủy Châu"),
    ]
    shuffled = list(expected)
    random.Random(1).shuffle(shuffled)  # noqa: S311 -- any order will do

    assert sorted_names(*shuffled) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thuỷ Đường", "Thủy Đường"),
        ("Hoà Bình", "Hòa Bình"),
        ("Tân Quí", "Tân Quý"),
        ("Đăk Hà", "Đắk Hà"),
        ("Ea H'leo", "ea hleo"),
        ("Ea H’leo", "Ea H'leo"),
        ("Văn Miếu - Quốc Tử Giám", "van mieu quoc tu giam"),
        ("BẮC  SƠN", "bắc sơn"),
    ],
)
def test_spellings_of_one_name_have_one_search_key(one, other):
    assert rules.search_key(one) == rules.search_key(other)


@pytest.mark.parametrize(
    ("text", "words", "kind", "name"),
    [
        ("Xã Bắc Q", ("xa", "bac", "q"), "xa", "bac q"),
        ("bắc sơn", ("bac", "son"), "", "bac son"),
        ("thị xã Kỳ Anh", ("thi", "xa", "ki", "anh"), "thi xa", "ki anh"),
        ("Xã", ("xa",), "", "xa"),
        ("  %_ ", (), "", ""),
    ],
)
def test_a_search_is_split_into_kind_and_name(text, words, kind, name):
    search = rules.parse_search(text)

    assert (search.words, search.kind, search.name) == (words, kind, name)


@given(st.text(max_size=60))
def test_a_search_key_holds_letters_and_digits_only(text):
    key = rules.search_key(text)

    assert all(word.isalnum() for word in key.split())
    assert rules.search_key(key) == key


@given(st.lists(st.integers(0, 99999).map("{:05}".format), unique=True, min_size=1))
def test_a_subtree_is_a_range_of_paths(codes):
    paths = [f"/20/185/{code}/" for code in codes]

    assert all("/20/185/" <= path < rules.range_end("/20/185/") for path in paths)
    assert not any("/20/18/" <= path < rules.range_end("/20/18/") for path in paths)
    assert all(first < second for first, second in pairwise(sorted(paths)))
