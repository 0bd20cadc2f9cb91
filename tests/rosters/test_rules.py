"""Lists as offices write them: headers, birth dates, numbers, units."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.rules import Unfit
from app.errors import BadInput
from app.rosters import cell_rules, plan_rules, rules

TODAY = date(2024, 4, 9)
UNITS = (
    rules.Choice("06325", frozenset({"Bắc Quỳnh", "Xã Bắc Quỳnh"}), "Xã Bắc Quỳnh, Huyện Bắc Sơn"),
    rules.Choice("06328", frozenset({"Chiêu Vũ", "Xã Chiêu Vũ"}), "Xã Chiêu Vũ, Huyện Bắc Sơn"),
    rules.Choice("06999", frozenset({"Chiêu Vũ", "Xã Chiêu Vũ"}), "Xã Chiêu Vũ, Huyện khác"),
)
HEAD = ("Họ và tên", "Ngày sinh", "Số điện thoại", "Đơn vị")
BIRTHS = st.dates(date(1910, 1, 1), date(2015, 1, 1))


def read(*lines, head=HEAD, default="06325"):
    rows = [(1, list(head)), *((number, list(cells)) for number, cells in enumerate(lines, 2))]
    return rules.read_list(rows, UNITS, default, TODAY)


@given(
    BIRTHS,
    st.sampled_from(["{0:02}/{1:02}/{2}", "{0}/{1}/{2}", "{0}-{1}-{2}", "{0}.{1}.{2}", "{0} / {1} / {2}"]),
)
def test_a_birth_date_is_read_however_it_is_written(born, form):
    assert cell_rules.parse_birth_date(form.format(born.day, born.month, born.year), TODAY) == born


@given(BIRTHS)
def test_a_birth_date_may_be_excels_number(born):
    number = (born - date(1899, 12, 30)).days
    if len(str(number)) == 5:
        assert cell_rules.parse_birth_date(str(number), TODAY) == born


@given(st.text(max_size=20))
def test_whatever_stands_in_a_cell_is_a_date_or_refused(text):
    try:
        born = cell_rules.parse_birth_date(text, TODAY)
    except (BadInput, Unfit):
        return
    assert date(1904, 4, 9) <= born <= TODAY - timedelta(days=6 * 365)


@pytest.mark.parametrize("text", ["31/02/1990", "1990", "9/5", "05/09/87", "mai", "", "5/13/1990"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(BadInput):
        cell_rules.parse_birth_date(text, TODAY)


@given(st.integers(912_000_000, 912_999_999))
def test_a_number_is_the_same_with_and_without_its_zero(number):
    expected = f"+84{number}"
    written = str(number)
    spellings = (
        written,
        f"0{written}",
        f"84{written}",
        f"+84 {written}",
        f"0{written[:3]}.{written[3:6]}.{written[6:]}",
    )
    assert {cell_rules.parse_phone(text) for text in spellings} == {expected}


@given(st.text(max_size=20))
def test_whatever_stands_in_a_cell_is_a_number_or_refused(text):
    try:
        phone = cell_rules.parse_phone(text)
    except BadInput:
        return
    assert (phone is None) == (text == "")
    assert phone is None or (phone.startswith("+84") and len(phone) == 12)


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (("STT", "Họ và tên", "Ngày sinh"), {"full_name": 1, "date_of_birth": 2}),
        (("HO TEN", "NGAY, THANG, NAM SINH"), {"full_name": 0, "date_of_birth": 1}),
        (
            ("Họ và tên (*)", "Ngày sinh (dd/mm/yyyy)", "SĐT"),
            {"full_name": 0, "date_of_birth": 1, "phone": 2},
        ),
        (("Họ đệm", "Tên", "Năm sinh"), {"family": 0, "given": 1, "date_of_birth": 2}),
        (
            ("  họ   tên ", "ngày sinh", "Chức vụ/Nơi làm việc"),
            {"full_name": 0, "date_of_birth": 1, "workplace": 2},
        ),
    ],
)
def test_headers_are_found(head, fields):
    titles = [(1, ["DANH SÁCH"]), (3, ["Kèm theo công văn số 5"])]

    assert rules.find_header([*titles, (4, list(head))]) == (3, fields)


@pytest.mark.parametrize("head", [("Họ và tên", "Chức vụ"), ("Ngày sinh",), ("Tên", "Ngày sinh"), ()])
def test_what_is_no_header_is_not_taken_for_one(head):
    assert rules.find_header([(1, list(head))]) is None
    assert [problem.row for problem in read(head=head).problems] == [0]


def test_a_name_in_two_columns_is_one_name():
    found = read(("Nguyễn Văn", "Mẫu", "05/09/1987"), head=("Họ và đệm", "Tên", "Ngày sinh"))

    assert [person.full_name for person in found.people] == ["Nguyễn Văn Mẫu"]


def test_everything_wrong_is_told_with_its_row():
    found = read(
        ("Thí sinh mẫu Một", "05/09/1987", "912345678", ""),
        ("Thí sinh <b>", "1990", "123", "Xã Lạ"),
        ("Thí sinh mẫu Hai", "", "", "Chiêu Vũ"),
    )

    assert [person.row for person in found.people] == [2]
    assert [problem.row for problem in found.problems] == [3, 3, 3, 3, 4, 4]
    assert "(mã 06328); Xã Chiêu Vũ, Huyện khác (mã 06999)" in found.problems[-1].message


def test_a_unit_may_be_named_by_its_code_or_left_to_the_place():
    found = read(("Một Mẫu", "05/09/1987", "", "06999"), ("Hai Mẫu", "05/09/1987", "", ""))

    assert [person.unit_code for person in found.people] == ["06999", "06325"]
    assert "chưa ghi đơn vị" in read(("Hai Mẫu", "05/09/1987"), default="").problems[0].message


def test_nobody_stands_twice():
    found = read(
        ("Thí sinh mẫu Một", "05/09/1987", "0912345678"),
        ("thi sinh mau mot", "5/9/1987", ""),
        ("Thí sinh mẫu Hai", "05/09/1987", "912345678"),
    )

    assert [problem.row for problem in found.problems] == [3, 4]


def test_feet_of_a_sheet_are_no_people():
    found = read(
        ("Thí sinh mẫu Một", "05/09/1987"),
        ("", "", "", ""),
        head=("Họ và tên", "Ngày sinh", "STT", "Ghi chú"),
    )

    assert (len(found.people), found.problems) == (1, [])


PEOPLE = st.builds(
    rules.Person,
    row=st.integers(1, 5_000),
    full_name=st.sampled_from(["Hoàng Thị Mẫu", "Lê Văn Mẫu"]),
    date_of_birth=BIRTHS,
    gender=st.sampled_from([None, "female", "male", "other"]),
    phone=st.sampled_from([None, "+84912345678"]),
    unit_code=st.just("06325"),
    workplace=st.text(max_size=20),
)


@given(
    st.lists(PEOPLE, max_size=5), st.lists(st.builds(rules.Problem, st.integers(0, 9), st.text(max_size=9)))
)
def test_what_was_read_comes_back_as_it_was(people, problems):
    found = rules.ReadList(people, problems)

    assert rules.from_json(rules.to_json(found)) == found


BORN = date(1987, 9, 5)
ONE = rules.Person(2, "Thí sinh mẫu Một", BORN, None, "+84912345678", "06325", "")


def known(**values):
    own = {"account_id": 7, "sign_in_name": "+84912345678", "full_name": "Thi sinh mau Mot"}
    return plan_rules.Known(
        **(own | {"date_of_birth": BORN, "unit_code": "06325", "unit_name": "Xã Bắc Quỳnh"} | values)
    )


@pytest.mark.parametrize(
    ("account", "person", "outcome"),
    [
        (None, ONE, "new"),
        (known(), ONE, "known"),
        (known(full_name="Người khác"), ONE, "doubtful"),
        (known(date_of_birth=date(1990, 1, 1)), ONE, "doubtful"),
        (known(unit_code=""), ONE, "doubtful"),
        (known(unit_code="06328"), ONE, "known"),
        (known(sign_in_name="+84987654321"), ONE, "doubtful"),
        (known(sign_in_name="K2345678A"), ONE, "known"),
        (known(sign_in_name="K2345678A", unit_code="06328"), ONE, "doubtful"),
        (known(sign_in_name="K2345678A", unit_code=""), ONE, "new"),
    ],
)
def test_a_line_is_new_known_or_doubtful(account, person, outcome):
    plan = plan_rules.make_plan(rules.ReadList([person]), [account] if account else [])

    assert plan.lines[0].outcome == outcome
    assert (plan.lines[0].account_id is not None) == (outcome == "known")
    assert bool(plan.lines[0].note) == (outcome == "doubtful")


def test_the_digest_changes_with_what_a_line_comes_to():
    read_list = rules.ReadList([ONE])

    digests = {
        plan_rules.make_plan(read_list, accounts).digest
        for accounts in ([], [known()], [known(account_id=8)])
    }

    assert len(digests) == 3
