from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def ask(client, **fields):
    return client.get(f"/don-vi?{urlencode(fields)}")


def test_search_is_public_and_cacheable(client, lang_son):
    response = ask(client, series="vn-2024", root="20", q="bac quynh")

    assert response.status_code == 200
    assert response.json == {
        "units": [{"id": "06343", "name": "Xã Bắc Quỳnh", "parent": "Huyện Bắc Sơn", "leaf": True}]
    }
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in response.headers


def test_browsing_starts_at_the_root_and_goes_down(client, lang_son):
    districts = ask(client, series="vn-2024", root="20").json["units"]
    communes = ask(client, series="vn-2024", root="20", parent=districts[0]["id"]).json["units"]

    assert districts[0] == {"id": "185", "name": "Huyện Bắc Sơn", "parent": "Tỉnh Lạng Sơn", "leaf": False}
    assert {"id": "06343", "name": "Xã Bắc Quỳnh", "parent": "Huyện Bắc Sơn", "leaf": True} in communes


def test_the_later_series_goes_from_province_to_commune(client, lang_son):
    top = ask(client, series="vn-2025").json["units"]
    communes = ask(client, series="vn-2025", parent="20").json["units"]

    assert [unit["name"] for unit in top] == ["Tỉnh Lạng Sơn"]
    assert len(communes) == 65
    assert {unit["leaf"] for unit in communes} == {True}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"series": "vn-1999"},
        {"series": "x" * 10_000},
        {"series": "vn-2024", "root": "99"},
        {"series": "vn-2024", "root": "２０"},
        {"series": "vn-2024", "root": "-1"},
        {"series": "vn-2024", "parent": "9" * 30},
        {"series": "vn-2024", "root": "185", "parent": "20"},
        {"series": "vn-2024", "parent": "20", "q": "bac"},
        {"series": "vn-2024", "q": "x" * 81},
        {"series": "vn-2024", "q": "a\x00b"},
        {"series": "vn-2024", "q": "a\u202eb"},
        {"series": "vn-2024", "limit": "1"},
    ],
)
def test_bad_input_is_refused_in_json(client, lang_son, fields):
    response = ask(client, **fields)

    assert response.status_code == 400
    assert response.json["error"] == 400
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("query", ["series=vn-2024&q=a&q=b", "series=vn-2024&series=vn-2024"])
def test_broken_queries_are_refused_in_json(client, lang_son, query):
    response = client.get(f"/don-vi?{query}")

    assert (response.status_code, response.json["error"]) == (400, 400)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=90))
def test_any_text_is_answered_or_refused(client, lang_son, text):
    response = client.get("/don-vi", query_string={"series": "vn-2024", "root": "20", "q": text})

    assert response.status_code in (200, 400)
    assert response.is_json
