"""Read who was signed up with help."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.extensions import db
from app.rosters.models import AssistedSignUp
from app.units.models import Unit
from app.units.queries import under

SHOWN = 20


def helped_in(root: Unit) -> Sequence[tuple[AssistedSignUp, Account, str]]:
    """(how, who, the helper's name) of the subtree, the newest first."""
    helper = aliased(Account)
    query = (
        select(AssistedSignUp, Account, helper.full_name)
        .join(Account, Account.id == AssistedSignUp.account_id)
        .join(helper, helper.id == AssistedSignUp.helper_id)
        .where(AssistedSignUp.unit_id.in_(select(Unit.id).where(under(root))))
        .order_by(AssistedSignUp.at.desc(), AssistedSignUp.account_id.desc())
    )
    return [(how, account, name) for how, account, name in db.session.execute(query.limit(SHOWN))]
