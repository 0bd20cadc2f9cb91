"""Read which Word templates a contest uses."""

from collections.abc import Sequence

from sqlalchemy import select

from app.commendation.template_models import WordTemplate
from app.commendation.template_rules import Kind
from app.extensions import db


def versions_of(contest_id: int, kind: Kind) -> Sequence[WordTemplate]:
    """The choices made, the newest first."""
    query = select(WordTemplate).where(WordTemplate.contest_id == contest_id, WordTemplate.kind == kind)
    return db.session.scalars(query.order_by(WordTemplate.number.desc())).all()


def find_own_template(contest_id: int, kind: Kind) -> WordTemplate | None:
    """The organisers' own template in force; None: our default."""
    newest = next(iter(versions_of(contest_id, kind)), None)
    return newest if newest is not None and newest.sha256 is not None else None


def get_version(contest_id: int, kind: Kind, number: int) -> WordTemplate:
    """Raises NoResultFound, also for a choice that went back to the default."""
    query = select(WordTemplate).where(
        WordTemplate.contest_id == contest_id,
        WordTemplate.kind == kind,
        WordTemplate.number == number,
        WordTemplate.sha256.is_not(None),
    )
    return db.session.scalars(query).one()
