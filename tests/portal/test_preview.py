"""The citizen's pages at a chosen moment: as they would look, without a key, a seed or a write."""

from datetime import timedelta

import pytest

from app.attempts.incident_services import cancel_round
from app.contests import incident_services, queries
from app.localtime import local
from app.portal import preview_queries
from tests.contests.world import LENGTH, NOW, OPENS, draft, make_role, rows, scheduled, sign_in

PREVIEW = "/ban-to-chuc/cuoc-thi/dan-van-kheo/xem-truoc"
HOUR = timedelta(hours=1)
BEFORE, DURING, AFTER = OPENS - HOUR, OPENS + 24 * HOUR, OPENS + LENGTH + HOUR
BAND = "Xem trước, không phải trang thật."


@pytest.fixture(autouse=True)
def today(app, clock_at):
    clock_at(NOW)


def at(moment):
    return f"luc={local(moment):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("make", [draft, scheduled], ids=["draft", "scheduled"])
@pytest.mark.parametrize(
    ("moment", "round_says", "home_says"),
    [
        (BEFORE, "Chưa mở", "Sắp mở"),
        (DURING, "Mời bạn dự thi", "Đang mở"),
        (AFTER, "Chờ kết quả", "Đã đóng"),
    ],
    ids=["before", "open", "closed"],
)
def test_a_round_and_the_home_page_at_a_moment(client, login, db, make, moment, round_says, home_says):
    _found, author = make()
    sign_in(login, client, author)
    before = rows()

    round_ = client.get(f"{PREVIEW}/tuan/1?{at(moment)}").text
    home = client.get(f"{PREVIEW}/trang-chu?{at(moment)}").text

    assert round_says in round_
    assert home_says in home
    for page in (round_, home):
        assert BAND in page
        assert "Đăng nhập</a>" in page
        assert 'method="post"' not in page.split("<main")[1].split("</main>")[0]
    assert rows() == before


@pytest.mark.parametrize(
    ("moment", "says"),
    [(BEFORE, "Tuần 1 chưa mở"), (DURING, "khi tuần thi còn mở"), (AFTER, "Chưa có lượt thi nào kết thúc.")],
)
def test_the_board_at_a_moment(client, login, db, moment, says):
    _found, author = draft()
    sign_in(login, client, author)

    page = client.get(f"{PREVIEW}/tuan/1/bang-xep-hang?{at(moment)}").text

    assert says in page
    assert BAND in page


def test_rules_tell_no_seed_before_its_time(client, login, db):
    found, author = scheduled()
    sign_in(login, client, author)
    package = queries.get_package(found.id)

    page = client.get(f"{PREVIEW}/the-le?{at(AFTER)}").text

    assert package.commitment in page
    assert package.seed not in page
    assert "goi-de" not in page


def test_a_cancellation_is_not_known_before_it_happened(client, login, db, clock_at):
    found, author = scheduled()
    other = make_role("organiser")
    incident_services.propose_cancellation(
        found, reason="Máy chủ ngừng", holds_again=False, actor_id=author, now=DURING
    )
    cancel_round(found, 1, actor_id=other, now=DURING)
    db.session.commit()
    sign_in(login, client, author)

    assert "Mời bạn dự thi" in client.get(f"{PREVIEW}/tuan/1?{at(DURING - HOUR)}").text
    assert "Tuần 1 đã bị hủy" in client.get(f"{PREVIEW}/tuan/1?{at(DURING + HOUR)}").text


def test_the_choice_of_a_moment_names_where_each_round_stands(client, login, db):
    _found, author = draft()
    sign_in(login, client, author)

    assert "đang mở</span>" in client.get(f"{PREVIEW}?{at(DURING)}").text
    assert "đã đóng</span>" in client.get(f"{PREVIEW}?{at(AFTER)}").text


@pytest.mark.parametrize("text", ["mai", "2026-02-30T10:00", "1999-01-01T00:00", "2101-01-01T00:00"])
def test_a_wrong_moment_is_refused(client, login, db, text):
    _found, author = draft()
    sign_in(login, client, author)

    assert client.get(f"{PREVIEW}/trang-chu?luc={text}").status_code == 400


def test_a_contest_without_rounds_has_nothing_to_preview(client, login, db):
    found, author = draft()
    db.session.delete(found)
    db.session.commit()
    sign_in(login, client, author)

    assert client.get(f"{PREVIEW}/trang-chu").status_code == 404
    assert "Chưa có tuần thi nào để xem." in client.get(PREVIEW).text


@pytest.mark.parametrize("make", [draft, scheduled], ids=["draft", "scheduled"])
def test_a_sample_paper_follows_the_blueprint_and_shows_no_key(client, login, db, make):
    found, author = make()
    sign_in(login, client, author)
    before = rows()

    page = client.get(f"{PREVIEW}/tuan/1/de-mau").text

    assert "Đề mẫu, không phải đề thật" in page
    assert page.count("Câu hỏi mẫu") == 10
    assert page != client.get(f"{PREVIEW}/tuan/1/de-mau?so=2").text
    assert page.count("phương án") >= 40
    assert rows() == before
    if found.scheduled_at:
        assert queries.get_package(found.id).seed not in page


def test_samples_stay_the_same_and_are_none_of_a_bank_that_is_too_small(app, db):
    found, _author = draft()

    assert preview_queries.sample_paper(found, 1) == preview_queries.sample_paper(found, 1)
    found.blueprint = [{"topics": ["mau"], "level": 1, "count": 7}]
    assert preview_queries.sample_paper(found, 1) == []


@pytest.mark.parametrize("number", ["0", "100", "-1", "x", "٣"])
def test_another_sample_does_not_exist(client, login, db, number):
    _found, author = draft()
    sign_in(login, client, author)

    assert client.get(f"{PREVIEW}/tuan/1/de-mau?so={number}").status_code == 400


def test_who_may_not_schedule_draws_no_sample(client, login, db):
    draft()
    sign_in(login, client, make_role("administrator"))

    assert client.get(f"{PREVIEW}/tuan/1").status_code == 200
    assert client.get(f"{PREVIEW}/tuan/1/de-mau").status_code == 403
    assert "Đề mẫu của" not in client.get(PREVIEW).text
