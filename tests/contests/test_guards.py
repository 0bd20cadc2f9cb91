"""Who may open and change what: every organiser page of contests, for everybody it is not for."""

import pytest

from tests.contests.world import NOW, draft, make_contest, make_role, rows, sign_in

CONTEST = "/ban-to-chuc/cuoc-thi/dan-van-kheo"
CONTEST_PAGES = {
    "": "GET",
    "/tuan/1": "GET",
    "/thong-tin": "GET POST",
    "/xep-hang": "GET POST",
    "/the-le": "GET POST",
    "/tuan-moi": "GET POST",
    "/tuan/1/sua": "GET POST",
    "/tuan/1/len-lich": "POST",
}
PAGES = {f"{CONTEST}{path}": methods for path, methods in CONTEST_PAGES.items()} | {
    "/ban-to-chuc": "GET",
    "/ban-to-chuc/cuoc-thi": "GET",
    "/ban-to-chuc/cuoc-thi-moi": "GET POST",
}


@pytest.fixture(autouse=True)
def today(app, clock_at):
    clock_at(NOW)


def requests_of(pages):
    return [(method, path) for path, methods in pages.items() for method in methods.split()]


HOME = "/ban-to-chuc"
ALL = requests_of(PAGES)
OF_ONE_CONTEST = [(method, path) for method, path in ALL if path.startswith(CONTEST)]
WITH_A_FORM = [(method, path) for method, path in ALL if method == "POST"]
EDITING = [(method, path) for method, path in ALL if "POST" in PAGES[path] and "len-lich" not in path]


def test_every_page_is_listed_here(app):
    found = {
        rule.rule.replace("<slug>", "dan-van-kheo").replace("<int(min=1, max=9999):number>", "1"): " ".join(
            sorted(rule.methods & {"GET", "POST"})
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("contests_organiser.", "rounds_organiser."))
    }

    assert found == PAGES


@pytest.mark.parametrize(("method", "path"), ALL)
def test_a_visitor_is_asked_to_sign_in(client, db, method, path):
    draft()
    before = rows()

    response = client.open(path, method=method)

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/dang-nhap")
    assert rows() == before


@pytest.mark.parametrize("role", [None, "staff"])
@pytest.mark.parametrize(("method", "path"), ALL)
def test_people_without_the_permission_are_refused(client, login, db, method, path, role):
    draft()
    sign_in(login, client, make_role(role))
    before = rows()

    assert client.open(path, method=method).status_code == 403
    assert rows() == before


@pytest.mark.parametrize(("method", "path"), OF_ONE_CONTEST)
def test_the_contest_of_others_does_not_exist(client, login, db, method, path):
    found, author = draft()
    other = make_contest(author, slug="khac")
    sign_in(login, client, make_role("organiser", contest_id=other.id))
    before = rows()

    assert client.open(path, method=method).status_code == 404
    assert rows() == before
    assert client.get("/ban-to-chuc/cuoc-thi/khac").status_code == 200
    assert found.contest.name not in client.get("/ban-to-chuc/cuoc-thi").text.replace(other.name, "", 1)


def test_the_organiser_of_one_contest_opens_no_other(client, login, db):
    found, _author = draft()
    sign_in(login, client, make_role("organiser", contest_id=found.contest_id))
    before = rows()

    assert client.get(CONTEST).status_code == 200
    assert client.get("/ban-to-chuc/cuoc-thi-moi").status_code == 403
    assert client.post("/ban-to-chuc/cuoc-thi-moi", data={"name": "Cuộc thi khác"}).status_code == 403
    assert "Tạo cuộc thi" not in client.get("/ban-to-chuc/cuoc-thi").text
    assert rows() == before


def test_an_administrator_edits_but_does_not_schedule(client, login, db):
    draft()
    sign_in(login, client, make_role("administrator"))
    before = rows()

    page = client.get(f"{CONTEST}/tuan/1")

    assert page.status_code == 200
    assert "Tài khoản của bạn chưa được giao quyền lên lịch." in page.text
    assert client.get(f"{CONTEST}/tuan/1/sua").status_code == 200
    assert client.post(f"{CONTEST}/tuan/1/len-lich").status_code == 403
    assert rows() == before


@pytest.mark.parametrize(("_method", "path"), [each for each in ALL if each[0] == "GET" and each[1] != HOME])
def test_looking_changes_nothing(client, login, db, _method, path):
    _found, author = draft()
    sign_in(login, client, author)
    before = rows()

    assert client.get(path).status_code == 200
    assert rows() == before


@pytest.mark.parametrize(("method", "path"), WITH_A_FORM)
@pytest.mark.parametrize(
    "data",
    [
        {"policy": "x"},
        {"contest_id": "2"},
        {"cells-13-count": "1"},
        {"prizes-1-code": "x"},
        {"name": ["Một tên", "Hai tên"]},
    ],
    ids=["policy", "contest_id", "line beyond the last", "part of a line", "twice"],
)
def test_a_field_that_is_not_on_the_page_is_refused(client, login, db, method, path, data):
    _found, author = draft()
    sign_in(login, client, author)
    before = rows()

    assert client.open(path, method=method, data=data).status_code == 400
    assert rows() == before


@pytest.mark.parametrize(("method", "path"), WITH_A_FORM)
def test_a_form_without_a_token_is_refused(client, login, db, method, path):
    _found, author = draft()
    sign_in(login, client, author)
    before = rows()

    assert client.open(path, method=method, csrf=False).status_code == 403
    assert rows() == before


@pytest.mark.parametrize(("method", "path"), WITH_A_FORM)
def test_json_is_no_form(client, login, db, method, path):
    _found, author = draft()
    sign_in(login, client, author)
    before = rows()

    assert client.open(path, method=method, json={"name": {"a": ["b"]}}).status_code == 400
    assert rows() == before


@pytest.mark.parametrize("path", sorted({path for _method, path in EDITING}))
def test_a_button_that_is_not_on_the_page_is_refused(client, login, db, path):
    _found, author = draft()
    sign_in(login, client, author)
    before = rows()

    assert client.post(path, data={"action": "delete"}).status_code == 400
    assert rows() == before


@pytest.mark.parametrize(
    "path", ["/tuan/2", "/tuan/0", "/tuan/9999999999999999999999", "/tuan/x", "/tuan/2/sua"]
)
def test_a_week_that_is_not_there(client, login, db, path):
    _found, author = draft()
    sign_in(login, client, author)

    assert client.get(f"{CONTEST}{path}").status_code == 404


def test_the_first_page_of_organisers_leads_to_the_contests(client, login, db):
    _found, author = draft()
    sign_in(login, client, author)

    response = client.get(HOME)

    assert (response.status_code, response.headers["Location"]) == (302, "/ban-to-chuc/cuoc-thi")
