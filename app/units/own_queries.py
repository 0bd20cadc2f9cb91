"""Read the units that staff added below a unit of a national tree."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import db
from app.units.models import Unit
from app.units.own_rules import OWN_KINDS
from app.units.queries import under


def own_units_below(root: Unit) -> Sequence[Unit]:
    """Every own unit of the subtree, closed ones last."""
    query = select(Unit).where(under(root), Unit.kind.in_(OWN_KINDS))
    return db.session.scalars(query.order_by(Unit.valid_to.is_not(None), Unit.sort_key, Unit.id)).all()


def own_children(parent: Unit) -> Sequence[Unit]:
    """Own units that stand directly below."""
    query = select(Unit).where(Unit.parent_id == parent.id, Unit.kind.in_(OWN_KINDS))
    return db.session.scalars(query.order_by(Unit.sort_key, Unit.id)).all()
