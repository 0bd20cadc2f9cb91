"""The one door for input: bounded size, NFC, no control characters, single values."""

import json
from typing import Any

from flask import Flask, Request, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter

from app.errors import BadInput
from app.extensions import SAFE_METHODS
from app.text import clean

MAX_BODY_BYTES = 64 * 1024
MAX_UPLOAD_BYTES = 2 * 1024 * 1024
MAX_FIELDS = 400
MAX_JSON_DEPTH = 4


class AsciiInteger(IntegerConverter):
    """<int:…> in addresses: ASCII digits, few enough for a bigint."""

    regex = "[0-9]{1,18}"


class KheoRequest(Request):
    """A request whose form, query and JSON are clean or refused with BadInput."""

    max_content_length = MAX_BODY_BYTES
    max_form_memory_size = MAX_BODY_BYTES
    max_form_parts = MAX_FIELDS

    @property
    def form(self) -> ImmutableMultiDict[str, str]:
        """Cleaned anew at every access until it is clean, so that nobody ever gets the raw fields."""
        return self._cleaned("form", super().form)

    @property
    def args(self) -> ImmutableMultiDict[str, str]:
        return self._cleaned("args", super().args)

    def _cleaned(self, name: str, fields: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
        cleaned: dict[str, ImmutableMultiDict[str, str]] = self.__dict__.setdefault("cleaned", {})
        if name not in cleaned:
            cleaned[name] = _clean_fields(fields)
        return cleaned[name]

    def json_object(self, allowed: frozenset[str]) -> dict[str, Any]:
        """The body as a JSON object with no other keys than `allowed`. Raises BadInput."""
        raw = self.get_data(cache=False)
        if raw.count(b"[") + raw.count(b"{") > MAX_FIELDS:
            raise BadInput("Dữ liệu lồng quá sâu.")
        try:
            value = json.loads(raw, parse_constant=_refuse_constant, object_pairs_hook=_unique_pairs)
        except (ValueError, RecursionError) as error:
            raise BadInput("Dữ liệu không đúng dạng JSON.") from error
        if not isinstance(value, dict) or not value.keys() <= allowed:
            raise BadInput("Dữ liệu có trường không hợp lệ.")
        return value


def _clean_fields(fields: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    pairs = list(fields.items(multi=True))
    if len(pairs) > MAX_FIELDS:
        raise BadInput("Biểu mẫu có quá nhiều trường.")
    return ImmutableMultiDict((clean(name), clean(value)) for name, value in pairs)


def _refuse_constant(_name: str) -> None:
    raise BadInput("Dữ liệu có số không hợp lệ.")


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise BadInput("Dữ liệu có trường lặp lại.")
    return result


def init_app(app: Flask) -> None:
    app.request_class = KheoRequest
    app.url_map.converters["int"] = AsciiInteger
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.before_request(refuse_chunks)
    app.before_request(check_origin)


def refuse_chunks() -> None:
    """Browsers and the proxy say how long a body is; one that comes in chunks is not read at all."""
    if "Transfer-Encoding" in request.headers:
        raise BadInput("Yêu cầu không cho biết độ dài của nội dung.")


def check_origin() -> None:
    """Refuse an unsafe request that another site sent (beside the CSRF token)."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise BadInput("Yêu cầu đến từ một trang khác.")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise BadInput("Yêu cầu đến từ một trang khác.")
