"""The one door for input: bounded size, NFC, no control characters, single values."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Request, current_app, request
from flask_login import current_user
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter

from app.errors import BadInput
from app.extensions import SAFE_METHODS
from app.permissions import may
from app.text import clean

MAX_BODY_BYTES = 64 * 1024
# The words around a file in a form.
ENVELOPE_BYTES = 1024 * 1024
MAX_FIELDS = 400
MAX_JSON_DEPTH = 4


View = TypeVar("View", bound=Callable[..., Any])


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
    app.before_request(allow_upload)
    app.before_request(check_origin)


def refuse_chunks() -> None:
    """Browsers and the proxy say how long a body is; one that comes in chunks is not read at all."""
    if "Transfer-Encoding" in request.headers:
        raise BadInput("Yêu cầu không cho biết độ dài của nội dung.")


def accepts_upload(max_bytes: int) -> Callable[[View], View]:
    """A view that takes a file of up to `max_bytes`, from people who hold the permission it requires."""

    def decorate(view: View) -> View:
        view.max_upload_bytes = max_bytes  # type: ignore[attr-defined]
        return view

    return decorate


def allow_upload() -> None:
    """Raise the bound of this request's body before anything reads it."""
    view = current_app.view_functions.get(request.endpoint or "")
    max_bytes = getattr(view, "max_upload_bytes", None)
    permission = getattr(view, "required_permission", None)
    if max_bytes and permission and current_user.is_authenticated and may(current_user.grants, permission):
        request.max_content_length = max_bytes + ENVELOPE_BYTES


def check_origin() -> None:
    """Refuse an unsafe request that another site sent (beside the CSRF token)."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise BadInput("Yêu cầu đến từ một trang khác.")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise BadInput("Yêu cầu đến từ một trang khác.")
