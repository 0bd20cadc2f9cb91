import re
from datetime import date

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.extensions import db as extension
from app.questions import queries, services
from app.questions.models import QuestionVersion
from tests import world
from tests.questions.world import NOW, bring_in, make_organisers, question

INDEX = "/ban-to-chuc/cau-hoi"
REVIEW = "/ban-to-chuc/duyet-cau-hoi"


@pytest.fixture
def organisers(db, clock_at):
    clock_at(NOW)
    return make_organisers()


@pytest.fixture
def sign_in(client):
    """Make the client the browser of this account."""

    def sign(account_id):
        token = world.make_session(account_id, NOW)
        with client.session_transaction() as session:
            session["_user_id"] = token
        return client

    return sign


@pytest.fixture
def author(organisers, sign_in):
    """The browser of the person who wrote the questions."""
    bring_in(question(1), question(2), question(3, level=3), author_id=organisers[0])
    return sign_in(organisers[0])


@pytest.fixture
def approver(organisers, sign_in):
    """The browser of the second person."""
    bring_in(question(1), question(2), question(3, level=3), author_id=organisers[0])
    return sign_in(organisers[1])


def approved_keys():
    lines = queries.list_questions(queries.Filters(state=queries.QuestionState.APPROVED), 1)
    return [line.version.question.key for line in lines]


def hidden(page, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[1]


def review_form(page, **changes):
    return {name: hidden(page, name) for name in ("q", "topic", "level", "state", "digest")} | changes


def test_the_bank_is_listed_with_its_counts(approver):
    page = approver.get(INDEX)

    assert page.status_code == 200
    assert "3 câu, 0 đã duyệt" in page.text
    assert question(1).stem in page.text
    assert "Đọc và duyệt 3 câu" in page.text


def test_the_bank_is_searched_and_filtered(approver):
    page = approver.get(
        INDEX, query_string={"q": "dc-003", "level": "3", "state": "draft", "topic": "dan-chu"}
    )

    assert "1 câu phù hợp" in page.text
    assert question(1).stem not in page.text
    assert f'href="{REVIEW}?q=dc-003&amp;topic=dan-chu&amp;level=3&amp;state=draft"' in page.text


@pytest.mark.parametrize(
    "query",
    [{"level": "4"}, {"level": "x"}, {"state": "new"}, {"trang": "0"}, {"q": "x" * 101}, {"q": "\x00"}],
)
def test_a_malformed_filter_is_refused(approver, query):
    assert approver.get(INDEX, query_string=query).status_code == 400


def test_a_question_is_shown_with_its_key_source_and_author(approver):
    page = approver.get(f"{INDEX}/dc-001")

    assert page.status_code == 200
    assert page.text.count("is-right") == 1
    assert "Văn bản mẫu, Điều 3" in page.text
    assert "Soạn: Thí sinh mẫu Thử" in page.text
    assert "Duyệt câu này" in page.text


def test_script_in_a_question_stays_text(organisers, sign_in):
    script = "<script>alert(1)</script>"
    bring_in(question(1, stem=f"Theo văn bản mẫu, {script} là gì?", options=(script, "B", "C", "D")))
    client = sign_in(organisers[0])

    for address in (INDEX, f"{INDEX}/dc-001", REVIEW):
        page = client.get(address)
        assert page.status_code == 200
        assert script not in page.text
        assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize("address", [f"{INDEX}/khong-co", f"{INDEX}/dc-001?ban=2"])
def test_what_is_not_there_is_not_found(approver, address):
    assert approver.get(address).status_code == 404


def test_an_older_version_is_shown_but_not_approved(approver, organisers):
    bring_in(question(1, answer="B"), author_id=organisers[0])

    page = approver.get(f"{INDEX}/dc-001?ban=1")
    answer = approver.post(f"{INDEX}/dc-001/duyet", data={"number": "1"})

    assert "Đây là bản 1, không phải bản mới nhất." in page.text
    assert "Duyệt câu này" not in page.text
    assert (answer.status_code, approved_keys()) == (409, [])


def test_the_second_person_approves_one_question(approver):
    answer = approver.post(f"{INDEX}/dc-001/duyet", data={"number": "1"})

    assert (answer.status_code, answer.location) == (303, f"{INDEX}/dc-001")
    page = approver.get(answer.location)
    assert "Đã duyệt câu dc-001." in page.text
    assert "Duyệt: Thí sinh mẫu Thử" in page.text
    assert approved_keys() == ["dc-001"]


def test_the_author_sees_why_not_and_is_refused(author):
    page = author.get(f"{INDEX}/dc-001")
    answer = author.post(f"{INDEX}/dc-001/duyet", data={"number": "1"})

    assert "cần người thứ hai duyệt" in page.text
    assert answer.status_code == 409
    assert services.OwnQuestion.message in answer.text
    assert approved_keys() == []


@pytest.mark.parametrize(
    ("data", "status"),
    [({}, 422), ({"number": "x"}, 422), ({"number": "99"}, 404), ({"number": "1", "key": "dc-002"}, 400)],
)
def test_a_malformed_approval_changes_nothing(approver, data, status):
    assert approver.post(f"{INDEX}/dc-001/duyet", data=data).status_code == status
    assert approved_keys() == []


def test_a_selection_is_read_and_approved_together(approver):
    page = approver.get(REVIEW, query_string={"level": "1"})
    answer = approver.post(REVIEW, data=review_form(page))

    assert "Đọc 2 câu dưới đây" in page.text
    assert (answer.status_code, answer.location) == (303, f"{REVIEW}?level=1")
    rest = approver.get(answer.location)
    assert "Đã duyệt 2 câu." in rest.text
    assert "Không còn câu nào chờ bạn duyệt" in rest.text
    assert approved_keys() == ["dc-001", "dc-002"]


def test_a_selection_comes_in_portions(approver, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)

    page = approver.get(REVIEW)
    approver.post(REVIEW, data=review_form(page))
    rest = approver.get(REVIEW)

    assert "Còn 1 câu ở lượt sau." in page.text
    assert approved_keys() == ["dc-001", "dc-002"]
    assert "Đọc 1 câu dưới đây" in rest.text


def test_a_selection_that_changed_meanwhile_is_not_approved(approver, organisers):
    form = review_form(approver.get(REVIEW))
    bring_in(question(2, answer="D"), author_id=organisers[0])

    answer = approver.post(REVIEW, data=form)

    assert (answer.status_code, approved_keys()) == (409, [])
    assert "đã thay đổi từ khi bạn mở trang" in answer.text


def test_the_author_has_nothing_to_approve(author):
    page = author.get(REVIEW)
    answer = author.post(REVIEW, data={"digest": "0" * 64})

    assert "Không còn câu nào chờ bạn duyệt" in page.text
    assert (answer.status_code, approved_keys()) == (409, [])


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"digest": ""}, 422), ({"digest": "x" * 64}, 422), ({"level": "7"}, 400), ({"ids": "1"}, 400)],
)
def test_a_malformed_selection_changes_nothing(approver, changes, status):
    form = review_form(approver.get(REVIEW), **changes)

    assert approver.post(REVIEW, data=form).status_code == status
    assert approved_keys() == []


def test_a_question_is_retired_with_its_reason(approver):
    answer = approver.post(f"{INDEX}/dc-001/rut", data={"reason": " Luật đã  đổi. "})

    entry = extension.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert "Đã rút câu dc-001." in approver.get(answer.location).text
    assert (entry.action, entry.details) == ("questions.retired", {"reason": "Luật đã đổi."})


@pytest.mark.parametrize("data", [{}, {"reason": "   "}, {"reason": "ngắn"}, {"reason": "x" * 301}])
def test_retiring_needs_a_reason(approver, data):
    answer = approver.post(f"{INDEX}/dc-001/rut", data=data)

    assert answer.status_code == 422
    assert "Cần sửa 1 chỗ" in answer.text
    assert queries.get_question("dc-001").retired_at is None


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", INDEX),
        ("get", f"{INDEX}/dc-001"),
        ("get", REVIEW),
        ("post", f"{INDEX}/dc-001/duyet"),
        ("post", f"{INDEX}/dc-001/rut"),
        ("post", REVIEW),
    ],
)
def test_only_organisers_come_in(db, organisers, client, sign_in, method, address):
    bring_in(question(1))
    outsider = world.make_person(db.session.get(Account, organisers[0]).unit_id, NOW)

    nobody = getattr(client, method)(address)
    citizen = getattr(sign_in(outsider.id), method)(address)

    assert nobody.status_code in (302, 303)
    assert citizen.status_code == 403
    assert db.session.scalar(select(func.count()).where(QuestionVersion.approved_at.is_not(None))) == 0


TICKED = f"{INDEX}/cac-cau-da-chon"


def test_ticked_questions_are_approved_as_they_were_shown(approver, organisers):
    bring_in(question(4), author_id=organisers[1])
    bring_in(question(5, source=""), author_id=organisers[0])
    bring_in(question(2, answer="B"), author_id=organisers[0])
    ticks = ["dc-001/1", "dc-002/1", "dc-004/1", "dc-005/1"]

    answer = approver.post(f"{TICKED}?topic=dan-chu", data={"act": "approve", "tick": ticks, "reason": ""})

    assert answer.location.endswith(f"{INDEX}?topic=dan-chu")
    assert approved_keys() == ["dc-001"]
    page = approver.get(answer.location)
    assert "Đã duyệt 1 câu." in page.text
    assert "Để nguyên câu dc-002: Câu hỏi đã có bản mới hơn." in page.text
    assert "Để nguyên câu dc-004: Người soạn không tự duyệt" in page.text
    assert "Để nguyên câu dc-005: Câu dc-005 chưa duyệt được: Thiếu nguồn." in page.text


def test_ticked_questions_are_retired_with_a_reason(approver):
    ticks = ["dc-001/1", "dc-003/1"]

    refused = approver.post(TICKED, data={"act": "retire", "tick": ticks, "reason": ""})
    approver.post(TICKED, data={"act": "retire", "tick": ticks, "reason": "Văn bản đã hết hiệu lực."})

    assert refused.status_code == 422
    assert refused.text.count('/1" checked>') == 2
    lines = queries.list_questions(queries.Filters(state=queries.QuestionState.RETIRED), 1)
    assert [line.version.question.key for line in lines] == ["dc-001", "dc-003"]
    entry = extension.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "questions.retired")
    ).one()
    assert entry.details == {"reason": "Văn bản đã hết hiệu lực.", "keys": ["dc-001", "dc-003"]}


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"act": "approve"}, 422),
        ({"act": "delete", "tick": ["dc-001/1"]}, 422),
        ({"act": "approve", "tick": ["dc-001"]}, 422),
        ({"act": "approve", "tick": ["DC 1/1"]}, 422),
        ({"act": "approve", "tick": ["dc-001/9"]}, 404),
        ({"act": "approve", "tick": ["dc-001/1"], "x": "1"}, 400),
    ],
)
def test_malformed_ticks_change_nothing(approver, data, status):
    assert approver.post(TICKED, data=data).status_code == status
    assert approved_keys() == []


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({"valid": "valid"}, ["dc-001", "dc-011", "dc-013"]),
        ({"valid": "ending"}, ["dc-011"]),
        ({"valid": "ended"}, ["dc-012"]),
        ({"valid": "coming"}, ["dc-014"]),
        ({"used": "unused"}, ["dc-001", "dc-012", "dc-014"]),
        ({"used": "once"}, ["dc-011"]),
        ({"used": "often"}, ["dc-013"]),
        ({"used": "often", "valid": "ended"}, []),
    ],
)
def test_the_bank_is_narrowed_by_validity_and_use(organisers, sign_in, query, keys):
    bring_in(
        question(1),
        question(11, valid_until=date(2026, 4, 1)),
        question(12, valid_until=date(2026, 3, 1)),
        question(13, valid_until=date(2027, 3, 1)),
        question(14, valid_from=date(2026, 3, 3)),
    )
    used = {key: queries.get_version(key, 1).id for key in ("dc-011", "dc-013")}
    services.mark_uses(dict.fromkeys(used.values(), 250), round_id=1, label="Tuần 1", opens_at=NOW)
    services.mark_uses({used["dc-013"]: 250}, round_id=2, label="Tuần 2", opens_at=NOW)

    page = sign_in(organisers[0]).get(INDEX, query_string=query)

    assert re.findall(r'name="tick" value="([^"/]*)/1"', page.text) == keys


def test_a_draft_that_lacks_something_says_what(approver):
    bring_in(question(5, source="", explanation=""))

    page = approver.get(INDEX, query_string={"state": "incomplete"})

    assert "1 câu phù hợp" in page.text
    assert "Thiếu giải thích, còn 1 chỗ" in page.text
    assert "Đọc và duyệt" not in page.text


@pytest.mark.parametrize("query", [{"valid": "x"}, {"used": "x"}])
def test_an_unknown_filter_is_refused(approver, query):
    assert approver.get(INDEX, query_string=query).status_code == 400
