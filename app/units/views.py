"""The unit picker's data: search and browse, open to everybody."""

from flask import Blueprint, Response, jsonify, request

from app.errors import BadInput
from app.units import queries
from app.units.models import Unit
from app.web.limits import SEARCH_LIMIT, limiter

bp = Blueprint("units", __name__, url_prefix="/don-vi")

FIELDS = frozenset({"series", "root", "parent", "q"})
MAX_CODE_LENGTH = 20
MAX_SEARCH_LENGTH = 80
CACHE_SECONDS = 3600


@bp.get("")
@limiter.limit(SEARCH_LIMIT)
def find() -> Response:
    """{"units": [{"id": code, "name", "parent", "leaf"}]}: by `q`, or what stands below `parent`.

    `root` bounds the search; without `q` and `parent` the answer is what stands below it.
    """
    series, root, parent, text = _read_fields()
    if text:
        choices = queries.search_units(series, text, root)
    else:
        choices = queries.browse_units(series, parent or root, root)
    units = [
        {"id": choice.id, "name": choice.name, "parent": choice.parent, "leaf": choice.is_leaf}
        for choice in choices
    ]
    response = jsonify(units=units)
    response.cache_control.public = True
    response.cache_control.max_age = CACHE_SECONDS
    return response


def _read_fields() -> tuple[str, Unit | None, Unit | None, str]:
    """(series, root, parent, search). Raises BadInput."""
    if not request.args.keys() <= FIELDS or any(len(values) > 1 for _, values in request.args.lists()):
        raise BadInput("Yêu cầu có trường không hợp lệ.")
    series, text = request.args.get("series", ""), request.args.get("q", "")
    if len(series) > MAX_CODE_LENGTH or queries.find_series(series) is None:
        raise BadInput("Không có danh mục đơn vị này.")
    if len(text) > MAX_SEARCH_LENGTH:
        raise BadInput("Từ tìm kiếm quá dài.")
    root, parent = (_read_unit(series, request.args.get(name, "")) for name in ("root", "parent"))
    if parent and (text or (root and not queries.is_within(parent, root))):
        raise BadInput("Đơn vị cấp trên không hợp lệ.")
    return series, root, parent, text.strip()


def _read_unit(series: str, code: str) -> Unit | None:
    if not code:
        return None
    unit = queries.find_unit(series, code) if len(code) <= MAX_CODE_LENGTH else None
    if unit is None:
        raise BadInput("Không có đơn vị này.")
    return unit


@bp.errorhandler(ValueError)
def on_bad_input(error: ValueError) -> tuple[Response, int]:
    message = str(error) if isinstance(error, BadInput) else "Yêu cầu không hợp lệ."
    return jsonify(error=400, code="bad_input", message=message), 400
