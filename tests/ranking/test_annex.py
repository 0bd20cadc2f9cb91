"""The annex: what it prints, what it never prints, and what happens without libpango."""

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy import select

from app import printing
from app.accounts.models import Account
from app.contests.queries import get_latest_key
from app.jobs.models import Job
from app.jobs.runner import run_waiting_jobs
from app.ranking import annex_jobs, annex_queries, documents, queries, services
from app.ranking.models import RevisionFile
from tests.ranking.conftest import AFTER

RESULT = "/cuoc-thi/dan-van-kheo/tuan/1/ket-qua"


@pytest.fixture
def named(db):
    def name(attempt, full_name):
        db.session.get_one(Account, attempt.account_id).full_name = full_name

    return name


@pytest.fixture
def revision(sit, freeze, publish, named):
    """Three winners: one named, one without consent, one too young; and one who won nothing."""
    named(sit(prediction=3), "Nông Văn Hải")
    named(sit(prediction=4, consents=("participation",)), "Không Đồng Ý")
    named(sit(prediction=5, born=date(2010, 1, 1)), "Em Nhỏ Tuổi")
    named(sit(score=2), "Không Đoạt Giải")
    return publish(freeze())


@pytest.fixture
def html(revision, week):
    return annex_jobs.html_of(annex_queries.annex_of(week.id, 1))


def test_full_names_stand_only_with_consent_and_age(html):
    assert "Nông Văn Hải" in html
    assert "Xã Bắc Quỳnh, Huyện Bắc Sơn" in html
    for name in ("Không Đồng Ý", "Em Nhỏ Tuổi", "Không Đoạt Giải"):
        assert name not in html
    assert html.count(" (*)</th>") == 2


def test_it_prints_figures_units_rules_and_the_key(html, revision, week, db):
    assert "<strong>4</strong> người dự thi với <strong>4</strong> lượt thi" in html
    assert "số người trả lời đúng tất cả các câu hỏi: <strong>3</strong>" in html
    assert '<th scope="row">Huyện Bắc Sơn</th><td class="num">4</td><td class="num">4</td>' in html
    assert "Thứ nhất: ai trả lời đúng nhiều câu hơn xếp trên." in html
    assert "Đáp án 40 câu hỏi của tuần 1" in html
    assert html.count("Câu hỏi mẫu mau-") == 40
    assert revision.digest in html
    assert "http://localhost/cuoc-thi/dan-van-kheo/tuan/1/ket-qua?ban=1" in html


def test_the_key_is_printed_in_words(week, revision):
    answers = annex_queries.annex_of(week.id, 1).answers
    key = get_latest_key(week.id).answers

    assert [len(answer.right) for answer in answers] == [len(key[version]) for version in key]
    assert answers[0].right[0].endswith(f"phương án {answers[0].right[0][0]}")


def test_the_job_makes_both_documents_and_the_page_serves_them(revision, client, db):
    run_waiting_jobs()

    assert db.session.scalars(select(Job.error)).all() == [None, None]
    pdf = client.get(f"{RESULT}/ban/1/phu-luc.pdf")
    sheet = client.get(f"{RESULT}/ban/1/phu-luc.xlsx")
    assert pdf.data.startswith(b"%PDF-")
    assert pdf.mimetype == "application/pdf"
    book = openpyxl.load_workbook(io.BytesIO(sheet.data))
    assert book.sheetnames == ["Thí sinh đạt giải", "Dự phòng", "Đơn vị", "Đáp án", "Bản công bố"]
    rows = list(book["Thí sinh đạt giải"].values)
    assert rows[0][:3] == ("Hạng", "Họ và tên", "Đơn vị")
    assert rows[1][:9] == (
        *(1, "Nông Văn Hải", "Xã Bắc Quỳnh, Huyện Bắc Sơn", "10/10", 3, 0, 60),
        *("12:01:00 08/04/2024", "Giải Nhất"),
    )
    assert "Phụ lục kết quả (PDF)" in client.get(RESULT).text


def test_text_that_looks_like_a_formula_stays_text(sit, freeze, publish, named, week):
    named(sit(prediction=1), '=HYPERLINK("http://x")')
    publish(freeze())

    content = documents.xlsx_of(annex_queries.annex_of(week.id, 1))

    cell = openpyxl.load_workbook(io.BytesIO(content))["Thí sinh đạt giải"]["B2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ('=HYPERLINK("http://x")', "s", True)


def test_markup_in_a_name_is_printed_as_it_is(sit, freeze, publish, named, week):
    named(sit(prediction=1), "<b>Nông</b>")
    publish(freeze())

    assert "&lt;b&gt;Nông&lt;/b&gt;" in annex_jobs.html_of(annex_queries.annex_of(week.id, 1))


def test_without_libpango_the_page_says_what_to_install(revision, client, db, monkeypatch):
    monkeypatch.setattr(printing, "weasyprint", None)

    run_waiting_jobs()

    problem = db.session.scalars(select(RevisionFile.problem).filter_by(kind="annex_pdf")).one()
    assert "libpango-1.0-0" in problem
    page = client.get(RESULT).text
    assert "libpango-1.0-0" in page
    assert "Phụ lục dạng bảng tính (XLSX)" in page
    assert client.get(f"{RESULT}/ban/1/phu-luc.pdf").status_code == 404

    monkeypatch.undo()
    services.request_annex(revision, actor_id=None, now=AFTER)
    db.session.commit()
    run_waiting_jobs()
    db.session.expire_all()
    assert queries.files_of(revision)["annex_pdf"].problem is None
    assert client.get(f"{RESULT}/ban/1/phu-luc.pdf").data.startswith(b"%PDF-")


@pytest.mark.parametrize("preset", ["cao-bang"])
def test_leagues_have_tables_of_their_own(sit, freeze, publish, week):
    sit(prediction=1, league="inside")
    sit(prediction=1, league="outside")
    publish(freeze())

    html = annex_jobs.html_of(annex_queries.annex_of(week.id, 1))

    assert html.index("Khối trong tỉnh") < html.index("Khối ngoài tỉnh")
    assert "Làm bài" in html


def test_a_round_without_winners_has_an_annex_too(sit, freeze, publish, week):
    sit(score=1)
    publish(freeze())

    html = annex_jobs.html_of(annex_queries.annex_of(week.id, 1))

    assert "Không có thí sinh đạt giải." in html
    assert documents.pdf_of(html).startswith(b"%PDF-")
