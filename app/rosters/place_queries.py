"""Where a page of lists and people stands: a unit of the contest's own series."""

from app.errors import DomainError
from app.participation.place_queries import Place, get_place
from app.permissions import Grant, Permission


class OtherTree(DomainError):
    message = "Đơn vị này thuộc danh mục khác với danh mục của cuộc thi."
    safe = "Chưa có gì thay đổi."
    todo = "Danh sách và người dự thi được quản lý theo đơn vị trong danh mục của cuộc thi."


def get_native_place(grants: tuple[Grant, ...], slug: str, series: str, unit_code: str) -> Place:
    """Raises NoResultFound out of scope, OtherTree for a unit of another series than the contest's."""
    place = get_place(grants, Permission.ROSTERS_EDIT, slug, series, unit_code)
    if not place.is_native:
        raise OtherTree
    return place
