"""When the people somebody brought look alike by where they came from."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

CLUSTER_JOB = "find_referral_clusters"
LEAST_ON_DEVICE = 2
LEAST_IN_ROW = 3
LONGEST_GAP = timedelta(minutes=3)
REGISTER = "register"


@dataclass(frozen=True)
class Sign:
    """Where one registration or start came from; of the referrer too."""

    account_id: int
    kind: str
    at: datetime
    network: str
    device: bytes


@dataclass(frozen=True)
class Alike:
    """What stands out in the signs of one referrer and those brought. `people` are those it is about."""

    people: frozenset[int]
    devices: int
    on_device: int
    in_row: int


def find_alike(referrer_id: int, signs: Iterable[Sign]) -> Alike | None:
    """A device of at least two of them, or three who registered right after each other behind one network."""
    found = list(signs)
    devices = [people for people in shared_devices(found).values() if len(people) >= LEAST_ON_DEVICE]
    rows = [row for row in rows_of(referrer_id, found) if len(row) >= LEAST_IN_ROW]
    if not devices and not rows:
        return None
    return Alike(
        people=frozenset().union(*devices, *rows),
        devices=len(devices),
        on_device=max((len(people) for people in devices), default=0),
        in_row=max((len(row) for row in rows), default=0),
    )


def shared_devices(signs: Iterable[Sign]) -> dict[bytes, set[int]]:
    """Device → who registered or started on it, in the order in which they first appear."""
    users: defaultdict[bytes, set[int]] = defaultdict(set)
    for sign in signs:
        users[sign.device].add(sign.account_id)
    return dict(users)


def rows_of(referrer_id: int, signs: Iterable[Sign]) -> list[set[int]]:
    """Those brought who registered behind one network, each at most LONGEST_GAP after the one before."""
    networks: defaultdict[str, list[Sign]] = defaultdict(list)
    for sign in signs:
        if sign.kind == REGISTER and sign.network and sign.account_id != referrer_id:
            networks[sign.network].append(sign)
    rows: list[set[int]] = []
    for group in networks.values():
        rows += _rows(sorted(group, key=lambda sign: (sign.at, sign.account_id)))
    return rows


def _rows(signs: Sequence[Sign]) -> list[set[int]]:
    rows: list[set[int]] = []
    last: datetime | None = None
    for sign in signs:
        if last is None or sign.at - last > LONGEST_GAP:
            rows.append(set())
        rows[-1].add(sign.account_id)
        last = sign.at
    return rows
