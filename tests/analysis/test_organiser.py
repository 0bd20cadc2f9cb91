"""The analysis page: after closing only, flagged questions first, figures behind every chart."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.analysis.models import ItemAnalysis
from app.contests.queries import get_latest_key
from app.jobs.runner import run_waiting_jobs
from app.questions.models import Question, QuestionVersion
from tests.ranking.conftest import AFTER, CLOSES

PAGE = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1/phan-tich"


@pytest.fixture
def desk(week, organisers, client, login, clock_at):
    """The first organiser after the round."""
    clock_at(AFTER)
    login(client, organisers[0])
    return client


@pytest.fixture
def analysed(desk, sit, db):
    """Forty people who got their first questions right; asked for on the page and computed."""
    for number in range(40):
        sit(score=4 + number % 7)
    db.session.commit()
    assert desk.post(PAGE, data={"scope": "first"}).status_code == 303
    run_waiting_jobs()
    db.session.expire_all()
    return desk


def test_before_the_end_the_page_says_when(desk, clock_at, db):
    clock_at(CLOSES - timedelta(hours=1))

    assert "Phân tích được sau khi tuần thi đóng" in desk.get(PAGE).text
    assert desk.post(PAGE, data={"scope": "first"}).status_code == 409
    assert db.session.scalars(select(ItemAnalysis)).all() == []


def test_the_page_waits_for_the_job(desk):
    assert "Đang phân tích" not in desk.get(PAGE).text
    desk.post(PAGE, data={"scope": "all"})

    assert "Đang phân tích." in desk.get(PAGE).text
    assert desk.post(PAGE, data={"scope": "all"}).status_code == 409


def test_figures_stand_with_their_words(analysed):
    page = analysed.get(PAGE).text

    assert "trên 40 lượt thi, lượt đầu của mỗi người" in page
    assert page.count('<svg class="chart"') == 3
    for words in ("Điểm trung bình", "Độ tin cậy", "Sai số của điểm", "Số bài theo số câu đúng", "Nhóm 1"):
        assert words in page


def test_one_question_shows_who_chose_what(analysed, db):
    results = db.session.scalars(select(ItemAnalysis)).one().results
    first = max(results["questions"], key=lambda question: question["figures"]["n"])
    query = select(Question.key).join(QuestionVersion, QuestionVersion.question_id == Question.id)
    key = db.session.scalars(query.where(QuestionVersion.id == first["version_id"])).one()
    page = analysed.get(f"{PAGE}/cau/{key}").text

    assert page.count("Đáp án đúng") == len(first["right"])
    assert f'<dd class="num">{first["figures"]["n"]}</dd>' in page
    assert f"/ban-to-chuc/cau-hoi/{key}" in page


def test_a_flagged_question_stands_first(analysed, week, db):
    """One question's stored figures say that the key is suspect."""
    analysis = db.session.scalars(select(ItemAnalysis)).one()
    results = analysis.results
    chosen = next(each for each in results["questions"] if len(each["right"]) == 1)
    chosen["figures"] |= {"n": 100, "facility": 0.3, "discrimination_index": -30.0}
    for option in chosen["options"]:
        option |= {"count": 30, "mean_rest": 4.0, "variance_rest": 1.0, "share": 0.3}
        if not option["is_right"]:
            option |= {"count": 35, "mean_rest": 8.0, "share": 0.35}
    db.session.execute(update(ItemAnalysis).values(results=results))
    db.session.commit()
    page = analysed.get(PAGE).text

    assert page.index("Nghi sai đáp án") < page.index("Cả đề thi")
    assert get_latest_key(week.id).version == analysis.key_version


def test_a_choice_that_does_not_exist_is_refused(desk):
    assert desk.post(PAGE, data={"scope": "best"}).status_code == 422
    assert desk.post(PAGE, data={"scope": "all", "key": "1"}).status_code == 400


@pytest.mark.parametrize("path", [f"{PAGE}/cau/mau-1-000", f"{PAGE}/cau/khong-co"])
def test_nothing_to_show_is_not_found(desk, path):
    assert desk.get(path).status_code == 404


def test_a_question_outside_the_round_is_not_found(analysed):
    assert analysed.get(f"{PAGE}/cau/khong-co").status_code == 404
