"""The registration page: what is kept, what is refused, and that nothing typed is lost."""

import re
from datetime import date

import pytest
from sqlalchemy import func, select

from app.accounts import passwords, queries
from app.accounts.models import Account, Consent, Referral, Session, Trace
from app.accounts.rules import name_for_people
from app.errors import Busy
from tests.factories import PASSWORD, make_account, make_province, make_unit

REGISTER = "/dang-ky"


def count(db, model=Account):
    return db.session.scalar(select(func.count()).select_from(model))


def test_registering_signs_in_and_leads_on(db, client, answers, commune, is_signed_in):
    response = client.post(REGISTER, data=answers(next="/cuoc-thi/dan-van/tuan/1"))

    assert (response.status_code, response.location) == (303, "/cuoc-thi/dan-van/tuan/1")
    account = db.session.scalars(select(Account)).one()
    assert (account.sign_in_name, account.full_name) == ("+84912345678", "Hoàng Thị Liên")
    assert (account.date_of_birth, account.unit_id) == (date(1987, 9, 5), commune.id)
    assert (account.gender, account.workplace) == (None, None)
    assert account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert is_signed_in(client)


def test_every_answer_is_kept(db, client, answers):
    referrer = make_account()
    fields = answers(
        gender="female",
        workplace=" Trường   Tiểu học Bắc Quỳnh ",
        referral_code=name_for_people(referrer.referral_code).lower(),
        consent_publication="y",
    )
    client.post(REGISTER, data=fields, environ_overrides={"REMOTE_ADDR": "203.0.113.77"})

    account = db.session.scalars(select(Account).order_by(Account.id.desc()).limit(1)).one()
    assert (account.gender, account.workplace) == ("female", "Trường Tiểu học Bắc Quỳnh")
    assert set(db.session.scalars(select(Consent.purpose))) == {"participation", "publication"}
    assert db.session.scalars(select(Referral.referrer_id)).all() == [referrer.id]
    trace = db.session.scalars(select(Trace)).one()
    assert (trace.address_prefix, len(trace.device_hash)) == ("203.0.113.0/24", 16)


def test_the_names_of_the_design_are_enough(db, client, commune):
    fields = {
        "full_name": "Hoàng Thị Liên",
        "phone": "0912345678",
        "date_of_birth": "05/09/1987",
        "unit": commune.code,
        "password": PASSWORD,
        "consent": "1",
        "referral_code": "",
    }

    assert client.post(REGISTER, data=fields).status_code == 303
    assert count(db) == 1


def test_the_page_asks_with_unticked_consents_and_the_notice(client, commune):
    page = client.get(REGISTER).text

    boxes = re.findall(r'<input[^>]*type="checkbox"[^>]*>', page)
    assert len(boxes) == 3
    assert not any("checked" in box for box in boxes)
    assert "91/2025/QH15" in page


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"phone": ""}, "Bạn hãy ghi số điện thoại."),
        ({"phone": "0123456789"}, "không phải số điện thoại di động Việt Nam"),
        ({"phone": "０９１２３４５６７８"}, "không phải số điện thoại di động Việt Nam"),
        ({"full_name": "   "}, "Bạn hãy ghi họ và tên."),
        ({"full_name": "A" * 81}, "tối đa 80 ký tự"),
        (
            {"date_of_birth_day": "", "date_of_birth_month": "", "date_of_birth_year": ""},
            "Bạn hãy ghi ngày sinh.",
        ),
        ({"date_of_birth_day": "31", "date_of_birth_month": "2"}, "Ngày này không có thật."),
        ({"date_of_birth_year": "2999"}, "Ngày sinh này chưa đến."),
        ({"date_of_birth_year": "٢٠٠٠"}, "Ngày này không có thật."),
        ({"unit": ""}, "Bạn hãy chọn một đơn vị"),
        ({"unit": "99999"}, "Bạn hãy chọn một đơn vị"),
        ({"password": ""}, "Bạn hãy đặt mật khẩu."),
        ({"password": "ngắn"}, "ít nhất 8 ký tự"),
        ({"password": "matkhau123"}, "quá phổ biến"),
        ({"password": "0912345678"}, "dễ đoán"),
        ({"consent": None}, "Bạn hãy đánh dấu đồng ý"),
        ({"date_of_birth_year": "2014"}, "cha, mẹ hoặc người giám hộ cần đánh dấu đồng ý"),
        ({"referral_code": "7K2Q-M4XP"}, "Không có mã giới thiệu này."),
        ({"workplace": "x" * 161}, "tối đa 160 ký tự"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(db, client, answers, change, message):
    response = client.post(REGISTER, data=answers(**change))

    assert response.status_code == 422
    assert response.text.count(message) == 2  # in the summary and at the field
    assert (count(db), count(db, Consent), count(db, Session)) == (0, 0, 0)


def test_all_errors_come_at_once(client, answers):
    page = client.post(REGISTER, data=answers(phone="1", full_name="", consent=None)).text

    assert "Cần sửa 3 chỗ" in page


def test_nothing_typed_is_lost_but_the_password(db, client, answers):
    referrer = make_account(full_name="Lường Văn Bình")
    fields = answers(
        phone="0912 345 67",
        workplace="Trạm y tế",
        gender="male",
        referral_code=referrer.referral_code,
        consent_publication="y",
        next="/cuoc-thi/dan-van",
    )
    page = client.post(REGISTER, data=fields).text

    for value in ("0912 345 67", "Hoàng Thị Liên", "Trạm y tế", referrer.referral_code, "/cuoc-thi/dan-van"):
        assert f'value="{value}"' in page
    assert "Lường V. B." in page
    assert 'data-name="Xã Bắc Quỳnh"' in page
    assert '<option selected value="male">' in page
    assert len(re.findall(r'<input[^>]*\bchecked[^>]*type="checkbox"', page)) == 2
    assert PASSWORD not in page


def test_a_taken_phone_says_so_and_what_to_do(db, client, answers):
    make_account(sign_in_name="+84912345678", full_name="Người trước")
    response = client.post(REGISTER, data=answers(phone="+84 912.345.678"))

    assert response.status_code == 422
    assert "Số điện thoại này đã được đăng ký." in response.text
    assert "hãy báo cán bộ đơn vị" in response.text
    assert db.session.scalars(select(Account.full_name)).all() == ["Người trước"]


def test_two_registrations_of_one_phone_at_once(db, client, answers, monkeypatch):
    """The second one passes the form's look-up before the first is committed."""
    make_account(sign_in_name="+84912345678")
    monkeypatch.setattr(queries, "find_account", lambda name: None)
    response = client.post(REGISTER, data=answers())

    assert response.status_code == 422
    assert "Số điện thoại này đã được đăng ký." in response.text
    assert (count(db), count(db, Consent)) == (1, 0)


def test_a_minor_registers_with_a_guardian(db, client, answers):
    fields = answers(date_of_birth_year="2014", consent_guardian="y", consent_publication="y")

    assert client.post(REGISTER, data=fields).status_code == 303
    assert set(db.session.scalars(select(Consent.purpose))) == {"participation", "guardian"}


@pytest.mark.parametrize(
    "extra",
    [
        {"role": "administrator"},
        {"is_staff": "1"},
        {"id": "1"},
        {"sign_in_kind": "code"},
        {"phone_verified_at": "2026-01-01"},
        {"password_hash": "x"},
        {"unit_id": "1"},
        {"referrer_id": "1"},
        {"created_at": "2000-01-01"},
        {"full_name[]": "x"},
        {"phone": ["0912345678", "0912345679"]},
        {"series": "../etc"},
        {"series": "x" * 200},
        {"root": "99"},
        {"gender": "'; DROP TABLE accounts"},
        {"full_name": "Liên\x00"},
    ],
)
def test_fields_that_the_form_does_not_have_change_nothing(db, client, answers, extra):
    response = client.post(REGISTER, data=answers() | extra)

    assert response.status_code == 400
    assert count(db) == 0


def test_without_the_token_nothing_happens(db, client, answers):
    assert client.post(REGISTER, data=answers(), csrf=False).status_code == 403
    assert count(db) == 0


def test_without_script_a_unit_is_searched_for_in_the_form(db, client, answers):
    page = client.post(REGISTER, data=answers(unit="", unit_search="bac quynh", find_unit="1")).text

    assert "Xã Bắc Quỳnh" in page
    assert 'type="radio" name="unit"' in page
    assert 'value="Hoàng Thị Liên"' in page
    assert "error-summary" not in page
    assert count(db) == 0


def test_a_search_without_a_hit_says_so(client, answers):
    page = client.post(REGISTER, data=answers(unit="", unit_search="zzz", find_unit="1")).text

    assert "Không có đơn vị nào khớp." in page


def test_a_province_is_no_unit_to_choose(db, client, answers, commune):
    province = queries.Unit.code
    parent = db.session.scalars(select(province).where(queries.Unit.id == commune.parent_id)).one()

    assert client.post(REGISTER, data=answers(unit=parent)).status_code == 422


def test_a_contest_passes_its_series_and_its_root(db, client, answers):
    province, commune, _ = make_province("Cao Bằng", ["Bảo Lạc", "Hà Quảng"], series_code="vn-2024")
    other = make_unit(series_code="vn-2024", name="Xa")
    db.session.commit()
    page = client.get(f"{REGISTER}?series=vn-2024&root={province.code}").text
    fields = answers(series="vn-2024", root=province.code)

    assert f'data-series="vn-2024" data-root="{province.code}"' in page
    assert client.post(REGISTER, data=fields | {"unit": other.code}).status_code == 422
    assert client.post(REGISTER, data=fields | {"unit": commune.code}).status_code == 303


@pytest.mark.parametrize(
    "query", ["series=nowhere", "series=", "series=vn-2025&root=zzz", "series=" + "x" * 500]
)
def test_an_unknown_series_in_the_address_is_not_followed(client, commune, query):
    page = client.get(f"{REGISTER}?{query}").text

    assert 'data-series="vn-2025" data-root=""' in page


def test_a_link_carries_the_referral_and_shows_whose_it_is(db, client, commune):
    referrer = make_account(full_name="Lường Văn Bình")
    db.session.commit()
    page = client.get(f"{REGISTER}?gt={referrer.referral_code.lower()}").text

    assert f'value="{name_for_people(referrer.referral_code)}"' in page
    assert "Lường V. B." in page
    assert "Lường Văn Bình" not in page


@pytest.mark.parametrize("code", ["", "x", "<script>alert(1)</script>", "7K2QM4XP" * 50])
def test_a_broken_referral_link_is_an_ordinary_page(client, commune, code):
    response = client.get(REGISTER, query_string={"gt": code})

    assert response.status_code == 200
    assert "alert(1)" not in response.text


def test_a_school_behind_one_address_registers(db, app, answers, monkeypatch):
    monkeypatch.setattr(passwords, "hash_password", lambda password: "hash")
    statuses = [
        app.test_client().post(REGISTER, data=answers(phone=f"091{number:07}")).status_code
        for number in range(1, 301)
    ]

    assert statuses == [303] * 300
    assert count(db) == 300


def test_one_device_that_floods_waits(db, client, answers, monkeypatch):
    monkeypatch.setattr(passwords, "hash_password", lambda password: "hash")
    statuses = [
        client.post(REGISTER, data=answers(phone=f"091{number:07}")).status_code for number in range(70)
    ]

    assert statuses.count(429) == 9  # the first, without a cookie yet, is not counted
    assert statuses[:61] == [303] * 61


def test_a_full_gate_keeps_the_form_and_asks_to_come_back(db, client, answers, monkeypatch):
    def turned_away(self):
        raise Busy

    monkeypatch.setattr(passwords.Gate, "passed", turned_away)
    response = client.post(REGISTER, data=answers())

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) >= 1
    assert 'value="Hoàng Thị Liên"' in response.text
    assert count(db) == 0
