"""The public pages of a contest."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import RoleGrant
from app.contests import policy, queries, rules, services, wording
from tests.contests.world import DAY, NOW, draft, make_draft, scheduled

CONTEST = "/cuoc-thi/dan-van-kheo"
RULES = f"{CONTEST}/the-le"
PACKAGE = f"{CONTEST}/tuan/1/goi-de"


@pytest.fixture(autouse=True)
def today(app, clock_at):
    clock_at(NOW)


@pytest.mark.parametrize("path", [CONTEST, RULES, PACKAGE, "/cuoc-thi/khac", f"{CONTEST}/tuan/2/goi-de"])
def test_a_contest_without_a_scheduled_round_is_not_there(client, db, path):
    draft()

    assert client.get(path).status_code == 404


def test_the_contest_shows_its_rounds_and_prizes(client, db):
    found, author = scheduled(title="Chủ đề mẫu")
    make_draft(found.contest, author, days=7, title="Chưa công bố")

    page = client.get(CONTEST)

    assert page.status_code == 200
    assert "Dân vận khéo" in page.text
    assert "03/03 đến 09/03/2026 · Chủ đề mẫu" in page.text
    assert "Chưa mở" in page.text
    assert "Giải Khuyến khích" in page.text
    assert "Chưa công bố" not in page.text


@pytest.mark.parametrize(
    ("after", "frozen", "revision", "state"),
    [
        (timedelta(0), False, None, "Đang mở"),
        (DAY * 7, False, None, "Đang chốt kết quả"),
        (DAY * 7, True, None, "Đang chốt kết quả"),
        (DAY * 7, True, 1, "Có kết quả"),
    ],
)
def test_the_contest_says_where_a_round_stands(client, db, clock_at, after, frozen, revision, state):
    found, _author = scheduled()
    found.frozen_at = found.closes_at if frozen else None
    found.published_revision = revision
    clock_at(found.opens_at + after)

    assert state in client.get(CONTEST).text


def test_the_rules_are_the_text_and_the_sentences_of_the_policy(client, db):
    found, author = scheduled()
    services.update_contest(
        found.contest,
        {"rules_markdown": "# Đối tượng\n\n**Mọi người** <script>x</script>"},
        actor_id=author,
        now=NOW,
    )

    page = client.get(RULES).text

    assert "<h3>Đối tượng</h3>" in page
    assert "<strong>Mọi người</strong>" in page
    assert "<script>x" not in page
    chosen = policy.from_json(found.contest.policy)
    sentences = [*wording.rules_sentences(chosen, "tuần"), *wording.prize_sentences(chosen)]
    assert [sentence for sentence in sentences if f"<li>{sentence}</li>" not in page] == []


@pytest.mark.parametrize(
    ("seconds", "public"), [(-1, False), (0, False), (29, False), (31, True), (99_999, True)]
)
def test_the_seed_is_public_when_nothing_is_accepted_any_more(client, db, clock_at, seconds, public):
    found, _author = scheduled()
    package = queries.get_package(found.id)
    commitment, seed = package.commitment, package.seed
    clock_at(found.closes_at + timedelta(seconds=seconds))

    page = client.get(RULES).text

    assert commitment in page
    assert (seed in page) is public
    assert ("Tải gói đề của tuần 1" in page) is public
    assert client.get(PACKAGE).status_code == (200 if public else 409)


def test_the_package_is_the_text_that_the_commitment_was_taken_over(client, db, clock_at):
    found, author = scheduled()
    package, answers = queries.get_package(found.id), queries.get_latest_key(found.id).answers
    approver = db.session.scalars(select(RoleGrant.account_id).where(RoleGrant.account_id != author)).one()
    voided = dict.fromkeys(answers, rules.KEY_VOIDED)
    services.add_key_version(
        found.id, 2, voided, reason="Sửa", proposed_by=author, approved_by=approver, now=NOW
    )
    clock_at(found.closes_at + DAY)

    response = client.get(PACKAGE)

    assert response.mimetype == "application/json"
    assert response.headers["Content-Disposition"] == "attachment; filename=dan-van-kheo-1-goi-de.json"
    assert hashlib.sha256(response.data).hexdigest() == package.commitment
    assert response.json[0] == package.seed
    assert response.json[2] == answers


def test_the_package_of_an_open_round_is_refused_with_its_hour(client, db, clock_at):
    found, _author = scheduled()
    clock_at(found.opens_at)

    response = client.get(PACKAGE)

    assert response.status_code == 409
    assert "Gói đề của tuần 1 chỉ được công bố sau khi đóng." in response.text
    assert queries.get_package(found.id).seed not in response.text


@pytest.mark.parametrize("number", ["0", "9" * 30, "x"])
def test_the_package_of_a_round_that_is_not_there(client, db, number):
    scheduled()

    assert client.get(f"{CONTEST}/tuan/{number}/goi-de").status_code == 404
