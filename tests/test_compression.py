"""What travels is small: pages and static texts compressed in a form the browser takes, and only then."""

import gzip
from pathlib import Path

import pytest
from whitenoise.compress import Compressor

PACK = {"br": Compressor.compress_brotli, "gzip": Compressor.compress_gzip}


@pytest.fixture
def stylesheet(app):
    return Path(app.static_folder, "site.css").read_bytes()


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("*", "br")],
)
@pytest.mark.sqlite_only
def test_a_static_text_comes_in_the_best_form_that_is_taken(client, stylesheet, accepted, encoding):
    response = client.get("/static/site.css", headers={"Accept-Encoding": accepted})

    assert response.headers["Content-Encoding"] == encoding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(response.data) < len(stylesheet) / 3
    assert response.data == PACK[encoding](stylesheet)


@pytest.mark.parametrize("accepted", ["", "identity", "br;q=0, gzip;q=0", "deflate"])
@pytest.mark.sqlite_only
def test_a_static_text_is_plain_for_who_takes_nothing_else(client, stylesheet, accepted):
    response = client.get("/static/site.css", headers={"Accept-Encoding": accepted})

    assert "Content-Encoding" not in response.headers
    assert response.data == stylesheet


@pytest.mark.sqlite_only
def test_a_head_request_names_the_size_and_sends_nothing(client):
    headers = {"Accept-Encoding": "br"}
    whole = client.get("/static/site.css", headers=headers)

    head = client.head("/static/site.css", headers=headers)

    assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    assert head.data == b""


@pytest.mark.sqlite_only
def test_an_unchanged_static_file_is_not_sent_again(client):
    headers = {"Accept-Encoding": "br"}
    tag = client.get("/static/site.css", headers=headers).headers["ETag"]

    response = client.get("/static/site.css", headers=headers | {"If-None-Match": tag})

    assert (response.status_code, response.data) == (304, b"")


@pytest.mark.sqlite_only
def test_a_part_of_a_static_file_is_a_part_of_the_plain_one(client, stylesheet):
    response = client.get("/static/site.css", headers={"Accept-Encoding": "br", "Range": "bytes=0-9"})

    assert (response.status_code, response.data) == (206, stylesheet[:10])


@pytest.mark.sqlite_only
def test_a_font_is_sent_as_it_is(client):
    response = client.get("/static/fonts/be-vietnam-pro-400.woff2", headers={"Accept-Encoding": "br"})

    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_page_is_compressed(client, encoding):
    plain = client.get("/quyen-rieng-tu")
    small = client.get("/quyen-rieng-tu", headers={"Accept-Encoding": encoding})

    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == encoding
    assert len(small.data) < len(plain.data) / 2


def test_a_compressed_page_is_the_page(client):
    small = client.get("/quyen-rieng-tu", headers={"Accept-Encoding": "gzip"})

    assert "Quyền riêng tư" in gzip.decompress(small.data).decode()


def test_a_short_reply_is_not_worth_it(client):
    response = client.get("/healthz", headers={"Accept-Encoding": "br"})

    assert "Content-Encoding" not in response.headers
