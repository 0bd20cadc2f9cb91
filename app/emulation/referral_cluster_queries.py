"""Read where referred people came from, for organisers who review integrity; nobody else sees this."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import literal_column, select, union_all
from sqlalchemy.sql.selectable import CompoundSelect

from app.accounts.models import Account, Referral, Trace
from app.emulation.referral_cluster_rules import Sign, shared_devices
from app.emulation.referral_models import ReferralCluster
from app.enrolments.models import Enrolment
from app.extensions import db
from app.units.models import Unit

CLUSTERS_SHOWN = 100
STREAMED_ROWS = 5_000


@dataclass(frozen=True)
class Case:
    """A cluster without names: the referrer's number in the contest and unit."""

    cluster: ReferralCluster
    public_id: str
    contestant_no: int
    unit_name: str


@dataclass(frozen=True)
class Member:
    """Somebody of a cluster; `devices` are letters for devices that more than one of them used."""

    full_name: str
    unit_name: str
    contestant_no: int | None
    registered_at: datetime
    is_referrer: bool
    devices: Sequence[str]


def stream_signs(contest_id: int) -> Iterator[tuple[int, list[Sign]]]:
    """Every referrer enrolled in the contest with the signs of them and of those they brought."""
    rows = db.session.execute(_signs(contest_id), execution_options={"yield_per": STREAMED_ROWS})
    for referrer_id, own in groupby(rows, key=lambda row: row.referrer_id):
        yield referrer_id, [Sign(*row[1:]) for row in own]


def _signs(contest_id: int) -> CompoundSelect[tuple[int, int, str, datetime, str, bytes]]:
    columns = (Trace.account_id, Trace.kind, Trace.at, Trace.address_prefix, Trace.device_hash)
    enrolled = select(Enrolment.account_id).where(Enrolment.contest_id == contest_id)
    brought = (
        select(Referral.referrer_id.label("referrer_id"), *columns)
        .join(Trace, Trace.account_id == Referral.account_id)
        .where(Referral.referrer_id.in_(enrolled))
    )
    own = select(Trace.account_id.label("referrer_id"), *columns).where(
        Trace.account_id.in_(select(Referral.referrer_id)), Trace.account_id.in_(enrolled)
    )
    return union_all(brought, own).order_by(literal_column("referrer_id"))


def clusters_of(contest_id: int) -> list[Case]:
    """Those with most people first, CLUSTERS_SHOWN at most."""
    query = (
        select(ReferralCluster, Account.public_id, Enrolment.contestant_no, Unit.full_name)
        .join(Account, Account.id == ReferralCluster.referrer_id)
        .join(Enrolment, Enrolment.account_id == ReferralCluster.referrer_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .where(ReferralCluster.contest_id == contest_id, Enrolment.contest_id == contest_id)
        .order_by(ReferralCluster.people.desc(), ReferralCluster.referrer_id)
        .limit(CLUSTERS_SHOWN)
    )
    return [Case(*row) for row in db.session.execute(query)]


def get_cluster(contest_id: int, public_id: str) -> ReferralCluster:
    """By its referrer. Raises NoResultFound."""
    query = select(ReferralCluster).join(Account, Account.id == ReferralCluster.referrer_id)
    query = query.where(ReferralCluster.contest_id == contest_id, Account.public_id == public_id)
    return db.session.scalars(query).one()


def members_of(cluster: ReferralCluster) -> list[Member]:
    """The referrer and everybody they brought, by registration."""
    brought = select(Referral.account_id).where(Referral.referrer_id == cluster.referrer_id)
    query = (
        select(Account, Unit.full_name, Enrolment.contestant_no)
        .join(Unit, Unit.id == Account.unit_id)
        .outerjoin(
            Enrolment,
            (Enrolment.account_id == Account.id) & (Enrolment.contest_id == cluster.contest_id),
        )
        .where((Account.id == cluster.referrer_id) | Account.id.in_(brought))
        .order_by(Account.id)
    )
    rows = db.session.execute(query).all()
    letters = _letters([account.id for account, _unit, _number in rows])
    return [
        Member(
            *(account.full_name, unit, number, account.created_at, account.id == cluster.referrer_id),
            [letter for letter, people in letters.items() if account.id in people],
        )
        for account, unit, number in rows
    ]


def _letters(account_ids: Sequence[int]) -> dict[str, set[int]]:
    """Máy A, Máy B … → who used it, of devices that several of them used."""
    query = select(Trace.account_id, Trace.kind, Trace.at, Trace.address_prefix, Trace.device_hash)
    rows = db.session.execute(query.where(Trace.account_id.in_(account_ids)).order_by(Trace.id))
    shared = [people for people in shared_devices(Sign(*row) for row in rows).values() if len(people) > 1]
    return {_letter(index): people for index, people in enumerate(shared)}


def _letter(index: int) -> str:
    return f"Máy {chr(ord('A') + index)}" if index < 26 else f"Máy {index + 1}"
