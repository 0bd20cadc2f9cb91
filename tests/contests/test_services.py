"""Contests and rounds written, scheduled and extended; what scheduling froze cannot be changed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, NoResultFound

from app.accounts.models import RoleGrant
from app.audit.queries import entries_about
from app.contests import policy, queries, rules, services
from app.contests.checklist_queries import checklist
from app.contests.models import Contest, Round, RoundExtension, RoundKey, RoundPackage
from app.questions.models import QuestionVersion
from tests.contests.world import DAY, NOW, draft, make_contest, make_draft, make_people, scheduled

FROZEN_TABLES = {
    "round_packages": "seed = 'x'",
    "round_keys": "reason = 'x'",
    "round_extensions": "reason = 'x'",
}


def count(model):
    return select(func.count()).select_from(model)


def test_create_contest_stores_policy_and_writes_the_audit(db):
    author, _ = make_people()

    contest = make_contest(author, slug="thu-nghiem")

    assert queries.get_contest("thu-nghiem") is contest
    assert policy.from_json(contest.policy) == policy.PRESETS["vcnet"][1]
    (entry,) = entries_about(f"contest:{contest.id}")
    assert (entry.action, entry.actor_id, entry.details) == (
        "contests.created",
        author,
        {"slug": "thu-nghiem"},
    )


def test_create_contest_refuses_a_slug_in_use(db):
    author, _ = make_people()
    make_contest(author)

    with pytest.raises(services.SlugTaken):
        make_contest(author)

    assert db.session.scalar(count(Contest)) == 1


def test_create_contest_needs_a_unit_of_its_series(db):
    author, _ = make_people()

    with pytest.raises(NoResultFound):
        make_contest(author, scope_code="99")


def test_update_contest_changes_what_is_given_and_names_the_fields(db):
    author, _ = make_people()
    contest = make_contest(author)
    other = policy.PRESETS["cao-bang"][1]

    services.update_contest(
        contest, {"policy": other, "name": "Tên mới"}, scope_code="185", actor_id=author, now=NOW
    )

    assert policy.from_json(contest.policy) == other
    assert contest.name == "Tên mới"
    assert contest.place == "tỉnh Lạng Sơn"
    changes = entries_about(f"contest:{contest.id}")[-1].details["changes"]
    assert {name.partition(".")[0] for name in changes} == {"name", "policy", "scope_unit_id"}
    assert changes["name"] == ["Dân vận khéo", "Tên mới"]


def test_update_contest_without_a_change_leaves_no_trace(db):
    author, _ = make_people()
    contest = make_contest(author)

    services.update_contest(contest, {"name": contest.name}, actor_id=author, now=NOW)

    assert [entry.action for entry in entries_about(f"contest:{contest.id}")] == ["contests.created"]


def test_update_contest_refuses_the_slug_of_another_and_the_session_goes_on(db):
    author, _ = make_people()
    make_contest(author, slug="mot")
    contest = make_contest(author, slug="hai")

    with pytest.raises(services.SlugTaken):
        services.update_contest(contest, {"slug": "mot"}, actor_id=author, now=NOW)

    assert [found.slug for found in db.session.scalars(select(Contest).order_by(Contest.id))] == [
        "mot",
        "hai",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"policy": policy.PRESETS["cao-bang"][1]},
        {"minimum_age": 6},
        {"guardian_under_age": 18},
        {"label": "kỳ"},
        {"slug": "khac"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_update_contest_keeps_what_a_scheduled_round_promised(db, change):
    found, author = scheduled()

    with pytest.raises(rules.AlreadyScheduled):
        services.update_contest(found.contest, change, actor_id=author, now=NOW)

    services.update_contest(found.contest, {"rules_markdown": "Thể lệ mới"}, actor_id=author, now=NOW)
    assert found.contest.rules_markdown == "Thể lệ mới"


def test_update_contest_keeps_the_scope_of_a_scheduled_round(db):
    found, author = scheduled()

    with pytest.raises(rules.AlreadyScheduled):
        services.update_contest(found.contest, {}, scope_code="185", actor_id=author, now=NOW)


def test_create_round_counts_on(db):
    first, author = draft()

    second = make_draft(first.contest, author, days=7)

    assert [first.number, second.number] == [1, 2]
    assert queries.state_of(second, NOW) is rules.RoundState.DRAFT
    (entry,) = entries_about(f"round:{second.id}")
    assert (entry.action, entry.details) == ("rounds.created", {"number": 2})


def test_update_round_changes_a_draft(db):
    found, author = draft()

    services.update_round(found, {"time_limit": 600, "title": ""}, actor_id=author, now=NOW)

    assert found.time_limit == 600
    assert entries_about(f"round:{found.id}")[-1].details == {"changes": {"time_limit": [900, 600]}}


def test_update_round_without_a_change_leaves_no_trace(db):
    found, author = draft()

    services.update_round(found, {"time_limit": found.time_limit}, actor_id=author, now=NOW)

    assert [entry.action for entry in entries_about(f"round:{found.id}")] == ["rounds.created"]


def test_update_round_refuses_a_scheduled_one(db):
    found, author = scheduled()

    with pytest.raises(rules.AlreadyScheduled):
        services.update_round(found, {"time_limit": 600}, actor_id=author, now=NOW)

    assert found.time_limit == 900


def test_schedule_freezes_and_commits_to_all_of_it(db):
    found, author = scheduled()

    package, key = queries.get_package(found.id), queries.get_latest_key(found.id)

    assert package.commitment == rules.commitment(
        seed=package.seed,
        pool=package.pool,
        answers=key.answers,
        blueprint=package.blueprint,
        policy=package.policy,
        settings=package.settings,
    )
    assert len(bytes.fromhex(package.seed)) == 32
    assert package.blueprint == found.blueprint
    assert package.policy == found.contest.policy
    assert (key.version, key.digest) == (1, rules.key_digest(key.answers))
    assert (key.proposed_by, key.approved_by) == (author, None)
    entry = entries_about(f"round:{found.id}")[-1]
    assert (entry.action, entry.actor_id, entry.details) == (
        "rounds.scheduled",
        author,
        {"commitment": package.commitment},
    )


def test_schedule_chooses_the_pool_by_the_seed_from_approved_questions(db):
    found, _author = scheduled()
    package = queries.get_package(found.id)
    cells = rules.cells_of(found.blueprint)

    again = rules.choose_pool(cells, queries.pool_candidates(found), package.seed)

    assert [entry["id"] for entry in package.pool] == [
        question.version_id for pool in again for question in pool
    ]
    assert [sum(entry["cell"] == index for entry in package.pool) for index in range(len(cells))] == [
        rules.POOL_FACTOR * cell.count for cell in cells
    ]
    answers = queries.get_latest_key(found.id).answers
    chosen = db.session.scalars(
        select(QuestionVersion).where(QuestionVersion.id.in_([entry["id"] for entry in package.pool]))
    ).all()
    assert {str(version.id): version.answer for version in chosen} == answers
    assert all(version.approved_at is not None for version in chosen)


def test_schedule_is_done_once(db):
    found, author = scheduled()

    with pytest.raises(rules.AlreadyScheduled):
        services.schedule_round(found, actor_id=author, now=NOW)


def test_schedule_says_what_is_missing(db):
    found, author = draft(blueprint=[])

    with pytest.raises(rules.NotSchedulable) as refusal:
        services.schedule_round(found, actor_id=author, now=NOW)

    assert refusal.value.message == "Chưa thể lên lịch. Cách rút đề: Ma trận đề chưa có câu hỏi nào."
    assert found.scheduled_at is None
    assert db.session.scalar(count(RoundPackage)) == 0


def test_two_rounds_of_a_contest_never_share_a_question(db):
    first, author = scheduled(levels=(48, 32))

    second = make_draft(first.contest, author, days=7)
    services.schedule_round(second, actor_id=author, now=NOW)

    one, other = ({entry["id"] for entry in queries.get_package(item.id).pool} for item in (first, second))
    assert one & other == set()


def test_a_second_round_needs_questions_that_are_not_used(db):
    first, author = scheduled(levels=(47, 32))

    second = make_draft(first.contest, author, days=7)

    assert problems_of(second) == {
        "bank": "Dòng 1 (Nhận biết): cần 24 câu đã duyệt chưa dùng (4 × 6), hiện có 23."
    }


def problems_of(found, now=NOW):
    return {check.code: check.problem for check in checklist(found, now) if not check.is_done}


def test_checklist_is_green_and_says_what_it_found(db):
    found, _author = draft()

    assert [(check.label, check.problem, check.detail) for check in checklist(found, NOW)] == [
        (
            "Khung giờ",
            "",
            "07:00 thứ Ba 03/03/2026 đến 22:00 thứ Hai 09/03/2026, không chồng tuần khác",
        ),
        ("Cách rút đề", "", "10 câu ngẫu nhiên, trộn câu và phương án"),
        ("Ngân hàng đủ câu đã duyệt", "", "40 câu dùng được, cần ít nhất 40"),
        ("Cách xếp hạng và giải thưởng", "", "3 tiêu chí, 11 suất giải"),
        ("Câu hỏi phụ", "", "Đếm số người trả lời đúng tất cả các câu hỏi"),
        ("Thể lệ", "", "Đã viết"),
        ("Người thứ hai duyệt kết quả", "", "2 người có quyền duyệt"),
    ]


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"opens_at": NOW}, {"window": "Giờ mở đã qua."}),
        (
            {"time_limit": 3601, "opens_at": NOW + DAY, "closes_at": NOW + DAY + timedelta(hours=1)},
            {"window": "Khung giờ ngắn hơn thời gian làm bài."},
        ),
        ({"blueprint": []}, {"paper": "Ma trận đề chưa có câu hỏi nào.", "bank": "Chưa có ma trận đề."}),
        (
            {"minimum_answered": 11},
            {"paper": "Đề chỉ có 10 câu mà yêu cầu trả lời ít nhất 11 câu."},
        ),
        (
            {"blueprint": [{"topics": ["mau"], "level": 3, "count": 1}]},
            {"bank": "Dòng 1 (Vận dụng): cần 4 câu đã duyệt chưa dùng (4 × 1), hiện có 0."},
        ),
        (
            {"has_prediction": False},
            {"prediction": "Cách xếp hạng cần số dự đoán nhưng câu hỏi phụ đang tắt."},
        ),
    ],
    ids=["past", "short", "no blueprint", "minimum answered", "no question", "no prediction"],
)
def test_checklist_of_a_round(db, change, problems):
    found, _author = draft(**change)

    assert problems_of(found) == problems


def test_checklist_of_a_contest(db):
    plain = policy.Policy(
        keys=(),
        recognised=policy.Recognised.FIRST,
        target=None,
        only_perfect=False,
        leagues=policy.Leagues.NONE,
        prizes=(),
        one_prize_per_person=False,
    )
    found, author = draft()
    services.update_contest(found.contest, {"policy": plain, "rules_markdown": " "}, actor_id=author, now=NOW)

    assert problems_of(found) == {
        "policy": "Chưa chọn tiêu chí xếp hạng nào. Chưa có cơ cấu giải thưởng.",
        "prediction": "Câu hỏi phụ đang bật nhưng cách xếp hạng không dùng số dự đoán.",
        "rules": "Thể lệ còn trống.",
    }


def test_checklist_names_the_round_whose_window_is_met(db):
    first, author = draft()
    second = make_draft(first.contest, author, days=6)

    assert problems_of(second) == {"window": "Trùng khung giờ với tuần 1."}
    assert problems_of(first) == {"window": "Trùng khung giờ với tuần 2."}


def test_windows_that_touch_do_not_overlap(db):
    first, author = draft()
    second = make_draft(first.contest, author, opens_at=first.closes_at, closes_at=first.closes_at + DAY)

    assert "window" not in problems_of(second)


@pytest.mark.parametrize("ended", ["grant", "account"])
def test_checklist_wants_two_people_who_may_approve_now(db, ended):
    found, author = draft()
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id != author)).one()
    if ended == "grant":
        grant.valid_to = NOW
    else:
        db.session.execute(
            text("UPDATE accounts SET disabled_at = created_at WHERE id = :id"), {"id": grant.account_id}
        )

    assert problems_of(found) == {"approver": "Cần ít nhất hai người có quyền duyệt kết quả."}


def test_an_organiser_of_another_contest_is_no_second_approver(db):
    found, author = draft()
    other = make_contest(author, slug="khac")
    db.session.scalars(select(RoleGrant).where(RoleGrant.account_id != author)).one().contest_id = other.id

    assert list(problems_of(found)) == ["approver"]


@pytest.mark.parametrize(
    "content",
    [{"valid_until": (NOW + DAY).date()}, {"valid_from": (NOW + DAY * 3).date()}],
    ids=["ends within the round", "begins within the round"],
)
def test_a_question_must_be_valid_on_every_day_of_the_round(db, content):
    found, _author = draft()
    version = db.session.scalars(select(QuestionVersion).where(QuestionVersion.level == 1)).first()
    for name, value in content.items():
        setattr(version, name, value)
    db.session.flush()

    assert problems_of(found) == {
        "bank": "Dòng 1 (Nhận biết): cần 24 câu đã duyệt chưa dùng (4 × 6), hiện có 23."
    }


def test_an_unapproved_question_is_not_counted(db):
    found, _author = draft()
    version = db.session.scalars(select(QuestionVersion).where(QuestionVersion.level == 2)).first()
    version.approved_at = version.approved_by = None
    db.session.flush()

    assert list(problems_of(found)) == ["bank"]


@pytest.mark.parametrize("table", FROZEN_TABLES)
@pytest.mark.parametrize("act", ["UPDATE", "DELETE"])
def test_the_database_refuses_to_change_what_is_frozen(db, table, act):
    found, author = scheduled()
    services.move_closing(
        found, found.closes_at + DAY, reason="Mất điện", actor_id=author, now=found.opens_at + DAY
    )
    db.session.commit()
    statements = {
        "UPDATE": f"UPDATE {table} SET {FROZEN_TABLES[table]}",  # noqa: S608 -- names of our own tables
        "DELETE": f"DELETE FROM {table}",  # noqa: S608
    }
    before = [tuple(row) for row in db.session.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608
    db.session.rollback()

    with pytest.raises(IntegrityError, match=f"{table} is append-only"):
        db.session.execute(text(statements[act]))

    db.session.rollback()
    assert before
    assert [tuple(row) for row in db.session.execute(text(f"SELECT * FROM {table}"))] == before  # noqa: S608


def test_a_key_version_needs_a_second_person(db):
    found, author = scheduled()
    key = queries.get_latest_key(found.id)
    db.session.commit()

    with pytest.raises(IntegrityError, match="second_person"):
        services.add_key_version(
            found.id, 2, key.answers, reason="Sửa", proposed_by=author, approved_by=author, now=NOW
        )

    db.session.rollback()
    assert db.session.scalar(count(RoundKey)) == 1


def test_a_corrected_key_is_a_new_version(db):
    found, author = scheduled()
    approver = db.session.scalars(select(RoleGrant.account_id).where(RoleGrant.account_id != author)).one()
    answers = queries.get_latest_key(found.id).answers
    voided = answers | {next(iter(answers)): rules.KEY_VOIDED}

    services.add_key_version(
        found.id, 2, voided, reason="Câu hỏi sai", proposed_by=author, approved_by=approver, now=NOW
    )

    assert queries.get_latest_key(found.id).answers == voided
    assert db.session.scalar(count(RoundKey)) == 2


def test_move_closing_extends_an_open_round_and_keeps_the_old_hour(db):
    found, author = scheduled()
    old, now = found.closes_at, found.opens_at + DAY

    services.move_closing(found, old + DAY, reason="Mất điện", actor_id=author, now=now)
    db.session.flush()

    (extension,) = queries.extensions_of(found.id)
    assert (extension.old_closes_at, extension.new_closes_at) == (old, old + DAY)
    assert (extension.reason, extension.extended_by, found.closes_at) == ("Mất điện", author, old + DAY)
    assert entries_about(f"round:{found.id}")[-1].details == {
        "old": old.isoformat(),
        "new": (old + DAY).isoformat(),
    }


@pytest.mark.parametrize(
    ("now", "later"),
    [
        (NOW, DAY),
        (NOW + DAY * 2, timedelta(0)),
        (NOW + DAY * 2, -DAY),
        (NOW + DAY * 30, DAY * 40),
    ],
    ids=["not open yet", "no change", "earlier", "closed"],
)
def test_move_closing_refuses(db, now, later):
    found, author = scheduled()
    old = found.closes_at

    with pytest.raises(services.ExtensionRefused):
        services.move_closing(found, old + later, reason="Mất điện", actor_id=author, now=now)

    assert found.closes_at == old
    assert db.session.scalar(count(RoundExtension)) == 0


def test_move_closing_refuses_to_run_into_the_next_round(db):
    found, author = scheduled(levels=(48, 32))
    following = make_draft(found.contest, author, days=7)
    now = found.opens_at + DAY

    services.move_closing(found, following.opens_at, reason="Mất điện", actor_id=author, now=now)
    with pytest.raises(services.ExtensionRefused):
        services.move_closing(
            found, following.opens_at + timedelta(seconds=1), reason="Mất điện", actor_id=author, now=now
        )


def test_rounds_belong_to_their_contest_in_order(db):
    first, author = draft()
    make_draft(first.contest, author, days=7)

    assert [found.number for found in queries.rounds_of(first.contest)] == [1, 2]
    assert queries.public_rounds_of(first.contest) == []
    assert db.session.scalar(count(Round)) == 2
