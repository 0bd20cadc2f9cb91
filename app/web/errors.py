"""One error mapper: every failure becomes a Vietnamese page or JSON answer, never a bare 500."""

import secrets
import sqlite3
import threading
import time
from collections import Counter
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, NoResultFound, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app import clock
from app.error_counts import add_errors
from app.errors import BadInput, Busy, DomainError, NotAllowed
from app.extensions import db, login_manager

log = structlog.get_logger()
last_resort_count = 0

# Server errors not written yet; written at most once in COUNT_SECONDS, so that a storm stays cheap.
COUNT_SECONDS = 1.0
_uncounted: Counter[int] = Counter()
_counting = threading.Lock()
_count_again_at = float("-inf")

UNCHANGED = "Không có dữ liệu nào bị thay đổi."
SAVED_STAYS = "Những câu đã báo “Đã lưu” vẫn được giữ nguyên."

PAGES: dict[int, tuple[str, str, str, str]] = {
    400: (
        "Yêu cầu không hợp lệ",
        "Trang nhận được dữ liệu không đúng dạng.",
        UNCHANGED,
        "Bạn hãy quay lại, tải lại trang rồi thử lại.",
    ),
    403: (
        "Bạn không có quyền làm việc này",
        "Tài khoản của bạn chưa được giao quyền này.",
        UNCHANGED,
        "Nếu bạn cần quyền này, hãy liên hệ người quản trị.",
    ),
    404: (
        "Không tìm thấy trang",
        "Đường dẫn này không còn hoặc bị gõ thiếu.",
        SAVED_STAYS,
        "Bạn hãy về trang chủ và đi tiếp từ đó.",
    ),
    405: (
        "Không mở được theo cách này",
        "Đường dẫn này chỉ dùng khi gửi biểu mẫu.",
        UNCHANGED,
        "Bạn hãy về trang chủ và đi tiếp từ đó.",
    ),
    413: (
        "Dữ liệu gửi lên quá lớn",
        "Nội dung vượt quá mức cho phép.",
        UNCHANGED,
        "Bạn hãy rút ngắn nội dung rồi gửi lại.",
    ),
    429: (
        "Bạn thao tác hơi nhanh",
        "Có quá nhiều yêu cầu trong thời gian ngắn.",
        SAVED_STAYS,
        "Bạn hãy chờ ít phút rồi thử lại.",
    ),
    500: (
        "Có lỗi ở phía hệ thống",
        "Hệ thống gặp lỗi khi xử lý và đã ghi lại để sửa.",
        SAVED_STAYS,
        "Bạn hãy thử lại sau ít phút.",
    ),
    503: (
        "Hệ thống đang đông người",
        "Yêu cầu của bạn chưa được xử lý.",
        SAVED_STAYS,
        "Trang sẽ tự thử lại. Bạn không mất lượt thi, không mất thời gian chờ ở trang này.",
    ),
}


def wants_json() -> bool:
    return request.mimetype == "application/json" or request.path.startswith("/api/")


def error_response(
    status: int, *, code: str = "", message: str = "", todo: str = "", safe: str = ""
) -> Response:
    """The error as a page, or as JSON {error, code, message} for JSON requests."""
    title, text, page_safe, page_todo = PAGES.get(status, PAGES[400])
    if wants_json():
        response = jsonify(error=status, code=code or str(status), message=message or text)
        response.status_code = status
        return response
    context: dict[str, Any] = {
        "code": status,
        "title": title,
        "message": message or text,
        "safe": safe or page_safe,
        "todo": todo or page_todo,
    }
    return make_response(
        render_template(f"errors/{status if status in PAGES else 400}.html", **context), status
    )


def on_domain_error(error: DomainError) -> Response:
    if wants_json():
        response = jsonify(error=409, code=type(error).__name__, message=error.message)
        response.status_code = 409
        return response
    context = {
        "code": 409,
        "title": error.message,
        "message": "",
        "safe": error.safe,
        "todo": error.todo,
    }
    return make_response(render_template("errors/409.html", **context), 409)


def as_nobody() -> None:
    """The coming page must not ask the database who is signed in: that may be what failed."""
    g._login_user = login_manager.anonymous_user()


def on_busy(error: Busy) -> Response:
    db.session.rollback()
    note_server_error(503)
    return waiting_page(error)


def note_server_error(status: int) -> None:
    """Count an answer of 500 or 503 for the organisers' live page; the answer never fails because of it."""
    global _count_again_at  # noqa: PLW0603 -- one moment per process
    with _counting:
        _uncounted[status] += 1
        if time.monotonic() < _count_again_at:
            return
        _count_again_at = time.monotonic() + COUNT_SECONDS
        waiting = dict(_uncounted)
        _uncounted.clear()
    try:
        for each, count in waiting.items():
            add_errors(each, count, now=clock.now())
    except (DBAPIError, PoolTimeout) as error:
        log.warning("errors_not_counted", error=type(error).__name__)


def waiting_page(error: Busy) -> Response:
    as_nobody()
    response = error_response(503)
    response.headers["Retry-After"] = str(error.retry_after + secrets.randbelow(5))
    return response


def on_database_error(error: DBAPIError | PoolTimeout) -> Response:
    """Bad values are the sender's (400); a database that is away or locked is a waiting page (503)."""
    db.session.rollback()
    if isinstance(error, DataError):
        return error_response(400)
    if _is_away(error):
        log.warning("database_unavailable", error=type(error).__name__, endpoint=request.endpoint)
        return waiting_page(Busy())
    return on_last_resort(error)


def _is_away(error: DBAPIError | PoolTimeout) -> bool:
    """Is it the database, not the statement? SQLite calls a wrong statement "operational" too."""
    if isinstance(error, PoolTimeout):
        return True
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return False
    return isinstance(error, OperationalError) or error.connection_invalidated


def on_http_exception(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    return error_response(error.code or 500)


def on_last_resort(error: Exception) -> Response:
    """Counted: the test suite fails if this ever fired."""
    global last_resort_count  # noqa: PLW0603 -- one counter per process, read by tests
    last_resort_count += 1
    as_nobody()
    db.session.rollback()
    log.error(
        "unexpected_error", endpoint=request.endpoint, reference=g.get("request_id", ""), exc_info=error
    )
    note_server_error(500)
    return error_response(500)


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(Busy, on_busy)
    app.register_error_handler(NotAllowed, lambda _error: error_response(403))
    app.register_error_handler(NoResultFound, lambda _error: error_response(404))
    app.register_error_handler(CSRFError, on_csrf_error)
    for bad in (BadInput, UnicodeError, RecursionError):
        app.register_error_handler(bad, on_bad_input)
    app.register_error_handler(DBAPIError, on_database_error)
    app.register_error_handler(PoolTimeout, on_database_error)
    app.register_error_handler(HTTPException, on_http_exception)
    app.register_error_handler(Exception, on_last_resort)


def on_bad_input(error: Exception) -> Response:
    return error_response(400, message=str(error) if isinstance(error, BadInput) else "")


def on_csrf_error(_error: CSRFError) -> Response:
    return error_response(
        403,
        code="csrf",
        message="Trang này đã mở quá lâu hoặc bạn vừa đăng nhập ở nơi khác.",
        todo="Bạn hãy tải lại trang rồi gửi lại.",
    )
