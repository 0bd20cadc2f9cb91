"""What the staff pages of this feature share: where they stand and how they lead to each other."""

from typing import Any

from flask import url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.participation.place_queries import Place
from app.permissions import Permission
from app.rosters.place_queries import get_native_place

EDIT = Permission.ROSTERS_EDIT
PREFIX = "/can-bo/cuoc-thi/<slug>/<series>/<unit_code>"
Page = str | BaseResponse | tuple[str, int]


def place_of(slug: str, series: str, unit_code: str) -> Place:
    """The place in the reader's scope. Raises NoResultFound, OtherTree."""
    return get_native_place(current_user.grants, slug, series, unit_code)


def address(place: Place, endpoint: str, **values: Any) -> str:
    return url_for(endpoint, **(place.address | values))
