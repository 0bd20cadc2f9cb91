"""Open data: every answer as described, nothing before its time, nothing that harms a spreadsheet."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Account
from app.jobs.runner import run_waiting_jobs
from app.participation.jobs import refresh_tallies
from app.portal import api_rules
from app.portal.api_rules import Listing, Page
from app.portal.api_views import DOCUMENT
from app.ranking.jobs import refresh_standings
from app.units.models import Unit
from tests import world as worlds
from tests.portal import openapi, weeks
from tests.portal.weeks import closing, opening

HOUR = timedelta(hours=1)
BASE = "/api/v1"
CONTEST = f"{BASE}/contests/dan-van-kheo"
ROUND_1, ROUND_2 = f"{CONTEST}/rounds/1", f"{CONTEST}/rounds/2"
NAME = "Nông Thị Không Được Lộ"
FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def told(world, db, clock_at):
    """Week 1 published with three people of two communes, week 2 open with one of them."""
    other = db.session.query(Unit).where(Unit.name == "Chiêu Vũ").one()
    other.full_name = FORMULA
    enrolments = []
    for index, unit_id in enumerate((world.unit_id, world.unit_id, other.id)):
        person = worlds.make_person(unit_id, opening(1) - HOUR)
        person.full_name = NAME
        enrolments.append(weeks.enrol(world, person, contestant_no=20_000_001 + index))
        weeks.sit(world, enrolments[-1], 1, score=2 - (index == 2), prediction=index, after=index)
    weeks.sit(world, enrolments[0], 1, turn=2, after=900)
    weeks.sit(world, enrolments[0], 2)
    clock_at(closing(1) + HOUR)
    weeks.publish(world, 1, now=closing(1) + HOUR)
    clock_at(opening(2) + 2 * HOUR + timedelta(days=1))
    refresh_standings()
    refresh_tallies()
    run_waiting_jobs()


def get(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer


def paths_of():
    """Each described path with the parameters of our contest, the status it answers, and its schema."""
    for path, item in DOCUMENT["paths"].items():
        described = item["get"]["responses"]["200"]["content"]
        for number in (1, 2) if "{number}" in path else (1,):
            address = BASE + path.format(slug="dan-van-kheo", number=number)
            is_late = number == 2 and re.search("results|participation", path)
            yield pytest.param(address, 404 if is_late else 200, described, id=address)


@pytest.mark.parametrize(("address", "status", "described"), [*paths_of()])
def test_every_answer_is_as_described(told, client, address, status, described):
    answer = client.get(address)

    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    if status == 404:
        schema = {"$ref": "#/components/schemas/Error"}
        assert openapi.faults(DOCUMENT, schema, answer.get_json()) == []
    elif "text/csv" in described:
        assert answer.headers["Content-Type"] == api_rules.CSV_TYPE
    else:
        assert answer.mimetype == "application/json"
        assert openapi.faults(DOCUMENT, described["application/json"]["schema"], answer.get_json()) == []


def test_every_route_is_described(app):
    routes = {
        re.sub(r"<(?:[^>]*:)?([a-z_]+)>", r"{\1}", rule.rule.replace("<any(csv):ending>", "csv"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(BASE)
    }

    assert routes - {f"{BASE}/openapi.json"} == {BASE + path for path in DOCUMENT["paths"]}


def test_the_description_is_served_as_it_is(client):
    answer = get(client, f"{BASE}/openapi.json")

    assert answer.get_json() == DOCUMENT
    assert DOCUMENT["openapi"] == "3.1.0"
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert schema["required"] == list(schema["properties"]), name


def test_a_published_result_is_told_by_number(told, client):
    result = get(client, f"{ROUND_1}/results").get_json()

    assert (result["revision"], result["total"]) == (1, 2)
    # two had everything right, the nearer prediction first; the third made a mistake and has no rank
    assert [line["contestant_no"] for line in result["items"]] == [20_000_002, 20_000_001]
    assert [line["rank"] for line in result["items"]] == [1, 2]
    assert result["items"][0]["prize_name"] == "Giải Nhất"


def test_participation_adds_up_to_the_round(told, client):
    found = get(client, ROUND_1).get_json()
    assert (found["people"], found["attempts"], found["people_all_correct"]) == (3, 4, 2)

    for query, count in (("", 1), ("?level=lowest", 2)):
        listed = get(client, f"{ROUND_1}/participation{query}").get_json()
        assert len(listed["items"]) == count
        assert sum(line["people"] for line in listed["items"]) == 3
        assert sum(line["attempts"] for line in listed["items"]) == 4
        assert listed["is_final"]
        assert listed["as_of"].endswith("+07:00")


def test_an_open_round_tells_nothing_that_people_predict(told, client):
    found = get(client, ROUND_2).get_json()

    assert found["state"] == "open"
    assert [found[name] for name in ("people", "attempts", "people_all_correct", "target")] == [None] * 4
    assert found["prediction_target"] == "people_all_correct"


def test_a_closed_round_tells_when_nobody_can_predict_any_more(told, world, client, clock_at):
    clock_at(closing(2) + timedelta(seconds=1))
    assert client.get(f"{ROUND_2}/participation").status_code == 404
    assert get(client, ROUND_2).get_json()["people"] is None

    clock_at(closing(2) + HOUR)
    weeks.freeze(world, 2, now=closing(2) + HOUR)
    listed = get(client, f"{ROUND_2}/participation").get_json()
    assert [line["people"] for line in listed["items"]] == [1]
    assert not listed["is_final"]
    assert client.get(f"{ROUND_2}/results").status_code == 404


def test_no_answer_names_anybody(told, client, db):
    phones = [account.sign_in_name for account in db.session.query(Account)]
    for param in paths_of():
        text = client.get(param.values[0]).text
        assert NAME not in text
        assert "Nông" not in text
        assert not any(phone in text for phone in phones)


@pytest.mark.parametrize(("ending", "kind"), [("", "application/json"), (".csv", api_rules.CSV_TYPE)])
def test_pages_follow_one_another(told, client, ending, kind):
    address, seen = f"{ROUND_1}/results{ending}?per_page=1", []
    while address:
        answer = get(client, address)
        assert answer.headers["Content-Type"] == kind
        seen += numbers_in(answer)
        following = re.search(r'<http://localhost([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        address = following[1] if following else None

    assert sorted(seen) == [20_000_001, 20_000_002]
    assert numbers_in(get(client, f"{ROUND_1}/results{ending}?page=9")) == []


def numbers_in(answer):
    if answer.mimetype == "application/json":
        return [line["contestant_no"] for line in answer.get_json()["items"]]
    lines = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    return [int(line["contestant_no"]) for line in lines]


def test_a_spreadsheet_opens_the_file_without_harm(told, client):
    answer = get(client, f"{ROUND_1}/participation.csv?level=lowest")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {line["unit_name"] for line in lines} == {"Xã Bắc Quỳnh", f"'{FORMULA}"}
    assert lines[0]["unit_code"].startswith("0")


@given(st.text() | st.sampled_from(("=1", " =1", "+84", "-1", "@a", "\t=1", "\r=1", "một, hai", '"')))
def test_no_text_of_a_file_begins_a_formula(text):
    content = api_rules.csv_page(Listing(("a",), [{"a": text}], 1, {}))
    (_, *rows) = csv.reader(io.StringIO(content.decode("utf-8-sig", "surrogatepass"), newline=""))

    cell = "".join(rows[0]) if rows else ""
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("query", ["page=0", "page=x", "per_page=1001", "per_page=-1", "page=1e3"])
def test_a_wrong_number_is_refused_in_json(told, client, query):
    answer = client.get(f"{BASE}/contests?{query}")

    assert answer.status_code == 400
    schema = {"$ref": "#/components/schemas/Error"}
    assert openapi.faults(DOCUMENT, schema, answer.get_json()) == []


@pytest.mark.parametrize("path", ["/contests/khong-co", "/contests/dan-van-kheo/rounds/9", "/khong-co"])
def test_what_is_not_there_is_refused_in_json(told, client, path):
    answer = client.get(BASE + path)

    assert answer.status_code == 404
    assert answer.get_json()["error"] == 404


def test_what_did_not_change_is_not_sent_again(told, client):
    first = get(client, f"{ROUND_1}/participation")
    again = client.get(f"{ROUND_1}/participation", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert again.status_code == 304
    assert again.data == b""
    assert "Set-Cookie" not in first.headers


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_it_is_read_only(told, client, method):
    assert getattr(client, method)(f"{BASE}/contests", json={}).status_code == 405


def test_the_page_for_people_explains_every_field(told, client):
    page = get(client, "/du-lieu-mo").text

    for schema in ("Participation", "Result", "Round", "Contest"):
        for name in DOCUMENT["components"]["schemas"][schema]["properties"]:
            assert f">{name}</code>" in page
    assert f'href="{ROUND_1}/participation.csv"' in page
    assert f'href="{ROUND_2}/participation.csv"' not in page
    assert "built-in method" not in page


@pytest.mark.parametrize(
    ("total", "number", "relations"),
    [(0, 1, []), (5, 1, ["next"]), (5, 2, ["prev", "next"]), (5, 3, ["prev"])],
)
def test_links_lead_to_the_pages_there_are(total, number, relations):
    header = api_rules.link_header("https://example.vn/?page=", Page(number, 2), total)

    assert re.findall(r'rel="(\w+)"', header) == relations


def test_the_checker_finds_what_is_wrong():
    schema = {"$ref": "#/components/schemas/Error"}
    right = {"error": 404, "code": "404", "message": "Không có."}

    assert openapi.faults(DOCUMENT, schema, right) == []
    for wrong in ({"error": "404"}, {"error": True}, {"more": 1}, {"message": None}):
        assert openapi.faults(DOCUMENT, schema, right | wrong)
    assert openapi.faults(DOCUMENT, schema, json.loads("{}"))
