"""The desk around a freeze: prizes, substitutes, the target, what the next revision changes, paper, press."""

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError

from app.accounts.models import Account
from app.attempts.rules import decode_paper
from app.contests.queries import get_latest_key
from app.enrolments.models import Enrolment
from app.jobs.runner import run_waiting_jobs
from app.ranking import (
    annex_jobs,
    annex_queries,
    award_queries,
    freeze_queries,
    key_services,
    paper_services,
    services,
)
from app.ranking.desk_models import SignedDecision
from app.ranking.models import Freeze, Revision
from app.ranking.rules import Kind
from tests.ranking.conftest import AFTER

DESK = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1/ket-qua"
RESULT = "/cuoc-thi/dan-van-kheo/tuan/1/ket-qua"
REASON = "Theo biên bản xác minh số 3"
DECISION = {"decision_no": "12/QĐ-BTC", "signed_on": "15/04/2024", "signer_title": "Trưởng Ban Tổ chức"}


@pytest.fixture
def at_desk(client, login, organisers, clock_at):
    def sign(index=0, at=AFTER):
        clock_at(at)
        login(client, organisers[index])
        return client

    return sign


@pytest.fixture
def decide(week, organisers, db):
    def run(attempt, kind):
        act = {"actor_id": organisers[0].id, "reason": REASON, "now": AFTER}
        if kind is Kind.VOID:
            services.void_attempt(week, attempt, **act)
        else:
            services.decide_person(week, kind, attempt.enrolment_id, **act)
        db.session.commit()

    return run


def awards(freeze, week):
    return award_queries.awards_of(freeze, annex_queries.policies.from_json(week.contest.policy))


def number_of(db, attempt):
    return db.session.get_one(Enrolment, attempt.enrolment_id).contestant_no


def test_substitutes_are_the_next_in_line(sit, freeze, decide, week, db):
    sat = [sit(prediction=20 + place) for place in range(16)]
    decide(sat[2], Kind.NO_PRIZE)
    decide(sat[12], Kind.NO_PRIZE)
    decide(sat[1], Kind.NOT_RANKED)

    (league,) = awards(freeze(), week)

    winners = [line.enrolment_id for _prize, line in league.slots]
    assert winners == [sat[place].enrolment_id for place in (0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13)]
    assert [line.enrolment_id for line in league.substitutes] == [sat[14].enrolment_id, sat[15].enrolment_id]
    assert [(line.enrolment_id, why) for line, why in league.passed_over] == [
        (sat[2].enrolment_id, "no_prize"),
        (sat[12].enrolment_id, "no_prize"),
    ]
    assert league.unranked == [(sat[1].enrolment_id, REASON)]
    assert league.empty_slots == 0


def test_who_would_not_have_reached_the_list_is_not_named(sit, freeze, decide, week):
    for place in range(14):
        sit(prediction=20 + place)
    decide(sit(prediction=900), Kind.NOT_RANKED)

    (league,) = awards(freeze(), week)

    assert league.unranked == []
    assert len(league.substitutes) == 3


def test_the_number_of_substitutes_is_chosen_on_the_page(sit, freeze, publish, at_desk, week, db):
    for place in range(16):
        sit(prediction=20 + place)
    freeze()
    page = at_desk().get(DESK).text
    assert page.count("Danh sách dự phòng") == 1
    assert at_desk().post(f"{DESK}/du-phong", data={"people": "51"}).status_code == 422

    assert at_desk().post(f"{DESK}/du-phong", data={"people": "5"}).status_code == 303
    again = freeze(reason="Chốt lại để so")
    (league,) = awards(again, week)
    assert len(league.substitutes) == 5
    publish(again)

    assert at_desk().post(f"{DESK}/du-phong", data={"people": "1"}).status_code == 409
    annex = annex_queries.annex_of(week.id, 1)
    assert [len(one.substitutes) for one in annex.leagues] == [5]
    html = annex_jobs.html_of(annex)
    assert (
        html.index("1. Thí sinh đạt giải") < html.index("2. Danh sách dự phòng") < html.index("3. Đơn vị có")
    )


def test_the_target_stands_with_its_meaning_and_its_numbers(sit, freeze, decide, at_desk):
    for place in range(3):
        sit(prediction=place)
    decide(sit(prediction=9), Kind.VOID)
    sit(score=4)
    freeze()

    page = " ".join(at_desk().get(DESK).text.split())

    assert 'Con số để so với dự đoán: <span class="num">3</span>' in page
    assert "mỗi người có ít nhất một lượt thi hợp lệ đúng tất cả các câu hỏi được tính một lần" in page
    for name, number in (
        ("Lượt thi đã kết thúc", 5),
        ("Trừ lượt bị hủy", 1),
        ("Trừ lượt không đủ 1 câu trả lời", 0),
        ("Lượt hợp lệ", 4),
    ):
        assert f'<dt>{name}</dt><dd class="num">{number}</dd>' in page


def test_the_public_difference_is_against_what_is_published(
    sit, freeze, publish, decide, organisers, week, at_desk, db
):
    _first, second, third = (sit(prediction=place) for place in (3, 4, 5))
    publish(freeze())
    decide(third, Kind.NO_PRIZE)
    freeze(reason="Chốt lại lần hai")
    (wrong,) = freeze_queries.active_decisions(week.id)
    services.undo_decision(week, wrong, actor_id=organisers[0].id, reason=REASON, now=AFTER)
    decide(second, Kind.NO_PRIZE)

    last = freeze(reason="Chốt lại lần ba")

    def changed(changes):
        return {line["contestant_no"] for line in changes["lines"]}

    assert changed(last.changes) == {number_of(db, second), number_of(db, third)}
    assert changed(last.public_changes) == {number_of(db, second)}
    assert "Bản 2 sẽ thay đổi gì với mọi người" in at_desk(1).get(DESK).text


def test_a_corrected_key_is_named_before_the_next_revision(
    sit, freeze, publish, organisers, week, at_desk, db
):
    attempt = sit(score=9)
    publish(freeze())
    key_services.correct_key(
        week,
        decode_paper(attempt.paper)[9].version_id,
        "*",
        reason=REASON,
        proposed_by=organisers[0].id,
        approved_by=organisers[1].id,
        now=AFTER,
    )
    freeze(reason="Chốt lại theo đáp án mới")
    assert get_latest_key(week.id).version == 2

    assert "hủy câu hỏi, ai có câu này đều được một điểm" in at_desk(1).get(DESK).text


def test_the_signed_decision_is_printed_and_corrected_by_a_later_entry(
    sit, freeze, publish, at_desk, client, week, db
):
    sit(prediction=1)
    publish(freeze())
    run_waiting_jobs()
    assert "Quyết định số ......... ngày" in annex_jobs.html_of(annex_queries.annex_of(week.id, 1))
    desk = at_desk()
    assert desk.post(f"{DESK}/quyet-dinh", data=DECISION | {"signed_on": "31/12/2030"}).status_code == 409
    assert desk.post(f"{DESK}/quyet-dinh", data=DECISION | {"decision_no": ""}).status_code == 422

    assert desk.post(f"{DESK}/quyet-dinh", data=DECISION).status_code == 303
    wrong = desk.post(f"{DESK}/quyet-dinh", data=DECISION | {"correction_reason": ""})
    assert (wrong.status_code, "Bạn hãy ghi lý do sửa." in wrong.text) == (422, True)
    corrected = DECISION | {"decision_no": "13/QĐ-BTC", "correction_reason": "Ghi nhầm số"}
    assert desk.post(f"{DESK}/quyet-dinh", data=corrected).status_code == 303
    run_waiting_jobs()

    html = annex_jobs.html_of(annex_queries.annex_of(week.id, 1))
    assert "Kèm theo Quyết định số 13/QĐ-BTC ngày 15/04/2024 của Trưởng Ban Tổ chức" in html
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{RESULT}/ban/1/phu-luc.xlsx").data))
    assert ("Quyết định số", "13/QĐ-BTC") in list(book["Bản công bố"].values)
    assert db.session.scalars(select(SignedDecision.decision_no).order_by(SignedDecision.id)).all() == [
        "12/QĐ-BTC",
        "13/QĐ-BTC",
    ]
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(update(SignedDecision).values(decision_no="1"))
    db.session.rollback()


def test_the_press_gets_figures_and_masked_names(sit, freeze, publish, at_desk, db):
    assert at_desk().get(f"{DESK}/thong-cao").status_code == 404
    for attempt, name in ((sit(prediction=2), "Nông Văn Hải"), (sit(prediction=3), "Lý Thị Mẫu")):
        db.session.get_one(Account, attempt.account_id).full_name = name
    sit(prediction=9, consents=("participation",))
    silent = sit(prediction=10, born=date(2010, 1, 1))
    publish(freeze())

    answer = at_desk().get(f"{DESK}/thong-cao.txt")

    assert answer.content_type == "text/plain; charset=utf-8"
    assert "Có 4 người dự thi với 4 lượt thi; 4 người trả lời đúng hết 10 câu." in answer.text
    assert "Giải Nhất: Lý T. M. (Huyện Bắc Sơn)." in answer.text
    assert "Giải Nhì: Nông V. H. (Huyện Bắc Sơn); Thí sinh " in answer.text
    assert f"Giải Ba: Thí sinh {number_of(db, silent)}." in answer.text
    assert "1. Huyện Bắc Sơn: 4 người, 4 lượt" in answer.text
    assert "Hải" not in answer.text
    assert "Giải Nhất: Lý T. M. (Huyện Bắc Sơn)." in at_desk().get(f"{DESK}/thong-cao").text


@pytest.mark.parametrize("preset", ["cao-bang"])
def test_a_league_with_too_few_people_leaves_prizes(sit, freeze, publish, at_desk, client, week):
    for place in range(12):
        sit(prediction=place, league="inside")
    sit(prediction=1, league="outside")
    frozen = freeze()
    inside, outside = awards(frozen, week)
    assert (inside.empty_slots, outside.empty_slots, outside.ranked) == (0, 10, 1)
    assert "10 suất giải không trao vì khối này chỉ có 1 người" in at_desk().get(DESK).text
    publish(frozen)

    assert "10 suất giải không trao vì khối này chỉ có 1 người" in client.get(f"{RESULT}?khoi=outside").text
    assert "suất giải không trao" not in client.get(f"{RESULT}?khoi=inside").text
    assert "10 suất giải không trao: khối này có 1 người" in annex_jobs.html_of(
        annex_queries.annex_of(week.id, 1)
    )


def test_the_database_ties_a_revision_to_who_froze(sit, freeze, organisers, week, db):
    """Even code that forgets cannot let the one who froze approve under another's name."""
    sit(prediction=1)
    frozen = freeze()
    values = {
        "round_id": week.id,
        "number": 1,
        "freeze_id": frozen.id,
        "published_at": AFTER,
        "reason": REASON,
        "body_sha256": frozen.body_sha256,
        "public_sha256": frozen.public_sha256,
        "previous_digest": "0" * 64,
        "digest": "1" * 64,
    }
    first, second = organisers[0].id, organisers[1].id

    for people in ({"frozen_by": second, "approved_by": first}, {"frozen_by": first, "approved_by": first}):
        with pytest.raises(DBAPIError, match=r"who froze it|second_person"):
            db.session.execute(insert(Revision).values(values | people))
        db.session.rollback()
    db.session.execute(insert(Revision).values(values | {"frozen_by": first, "approved_by": second}))
    with pytest.raises(DBAPIError, match="keeps who froze it"):
        db.session.execute(update(Freeze).filter_by(id=frozen.id).values(requested_by=second))
    db.session.rollback()


def test_substitutes_need_the_newest_freeze(sit, freeze, week, organisers):
    sit(prediction=1)
    old = freeze()
    freeze(reason="Chốt lại để so")

    with pytest.raises(services.NotFrozen):
        paper_services.keep_substitutes(week, old, 2, actor_id=organisers[0].id, now=AFTER)
