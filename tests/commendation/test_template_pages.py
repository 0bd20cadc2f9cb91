"""The page of Word templates: take one home, put another in its place, see the files before, go back."""

import io

import pytest
from sqlalchemy import select

from app.commendation import template_forms
from app.commendation import template_queries as queries
from app.commendation import template_services as services
from app.commendation.template_models import WordTemplate
from app.commendation.template_rules import Kind
from tests.commendation.conftest import NOW
from tests.commendation.word import make_word

PAGE = "/ban-to-chuc/cuoc-thi/dan-van-kheo/khen-thuong/mau"
LIST = f"{PAGE}/danh-sach"


@pytest.fixture
def desk_of(organiser, client, login, clock_at, db):
    db.session.commit()
    clock_at(NOW)
    login(client, organiser)
    return client


def upload(client, content, name="mau.docx"):
    return client.post(LIST, data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def chosen(db):
    db.session.expire_all()
    return db.session.scalars(select(WordTemplate).order_by(WordTemplate.number)).all()


def test_our_default_is_taken_home(desk_of):
    response = desk_of.get(f"{LIST}/tep.docx")

    assert response.data == services.default_of(Kind.LIST)
    assert response.headers["Content-Disposition"] == 'attachment; filename="mau-danh-sach.docx"'
    assert "Mẫu có sẵn" in desk_of.get(PAGE).text


def test_a_good_file_takes_its_place(desk_of, db):
    content = make_word("{{ co_quan_khen }}")

    response = upload(desk_of, content, "Mẫu của huyện.docx")

    assert (response.status_code, response.location) == (303, LIST)
    (template,) = chosen(db)
    assert (template.number, template.name) == (1, "Mẫu của huyện.docx")
    assert services.template_of(template.contest_id, Kind.LIST) == (content, 1)
    assert desk_of.get(f"{LIST}/tep.docx").data == content
    assert "Đang dùng: Mẫu của huyện.docx" in desk_of.get(LIST).text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Tệp này rỗng."),
        (b"x", "không phải tệp Word"),
        (make_word("{{ ''.__class__ }}"), "Mẫu dùng trường “….__class__”"),
        (make_word("{{ bi_mat }}"), "“bi_mat”"),
    ],
)
def test_a_bad_file_changes_nothing_and_the_page_says_why(desk_of, db, content, message):
    response = upload(desk_of, content)

    assert response.status_code == 422
    assert message in response.text.replace("&#39;", "'")
    assert chosen(db) == []


def test_a_file_that_is_too_large_is_not_even_tried(desk_of, db, monkeypatch):
    monkeypatch.setattr(template_forms, "MAX_FILE_BYTES", 10)

    response = upload(desk_of, make_word("{{ co_quan_khen }}"))

    assert response.status_code == 422
    assert "Tệp lớn hơn 2 MB" in response.text
    assert chosen(db) == []


def test_back_to_the_default_and_the_files_before(desk_of, db):
    contents = [make_word("{{ co_quan_khen }}"), make_word("{{ hoi_dong }}")]
    for content in contents:
        upload(desk_of, content)

    response = desk_of.post(f"{LIST}/mac-dinh")

    assert response.status_code == 303
    assert [template.number for template in chosen(db)] == [1, 2, 3]
    assert queries.find_own_template(chosen(db)[0].contest_id, Kind.LIST) is None
    assert desk_of.get(f"{LIST}/tep.docx").data == services.default_of(Kind.LIST)
    assert [desk_of.get(f"{LIST}/ban/{number}").data for number in (1, 2)] == contents
    assert desk_of.get(f"{LIST}/ban/3").status_code == 404
    assert desk_of.post(f"{LIST}/mac-dinh").status_code == 409


def test_a_kind_that_is_none_is_missing(desk_of):
    assert desk_of.get(f"{PAGE}/khac").status_code == 404
    assert desk_of.post(f"{PAGE}/khac/mac-dinh").status_code == 404
