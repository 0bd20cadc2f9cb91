"""Let the people of the demo sit a round. Nothing here commits."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from app.accounts import session_services
from app.accounts.rules import Origin
from app.attempts import queries, services
from app.attempts.queries import OwnAttempt
from app.attempts.rules import Answers, decode_paper
from app.contests.draw import below, number_stream
from app.developers import demo_rules as rules
from app.developers.demo_services import BATCH, SLUG, Contestant, communes, register
from app.extensions import db

DEVICE = "Thiết bị mẫu"
RING_ROUND = 2
RING_PLACE = 9_950
RING_SIZE = 12
RING_TELEPHONES = 2


def play_round(found: Any, people: Sequence[Contestant], *, until: datetime) -> Iterator[int]:
    """Let the crowd sit the round up to `until`; yields every BATCH attempts for the caller to commit."""
    ends_at = min(found.closes_at, until)
    count = 0
    for place, person in enumerate(people):
        stream = number_stream("demo round", found.number, place)
        planned = rules.sittings(person.habits, found.opens_at, ends_at, stream)
        if not planned:
            continue
        token_hash = sign_in(person.account, now=planned[0].starts_at - timedelta(minutes=1))
        for sitting in planned:
            sit(found, token_hash, person, sitting, len(people), stream)
            count += 1
            if count % BATCH == 0:
                yield BATCH
    yield count % BATCH


def sign_in(account: Any, *, now: datetime) -> str:
    """A session of the account; returns the hash of its token."""
    token = session_services.sign_in(account, checked_hash=account.password_hash, device=DEVICE, now=now)
    return session_services.token_hash(token)


def sit(
    found: Any,
    token_hash: str,
    person: Contestant,
    sitting: rules.Sitting,
    crowd: int,
    stream: Iterator[int],
) -> None:
    """One attempt: start, save, hand in; one in forty forgets to and is closed by the sweep."""
    own = start(found, token_hash, person.origin, sitting)
    key = queries.key_answers(found.id, own.row.latest_key)
    sheet = rules.answers(decode_paper(own.row.paper), key, person.habits, stream)
    save(token_hash, own, sheet, rules.prediction(crowd, stream), sitting)
    if below(40, stream) == 0:
        services.close_overdue(own.row.id, now=own.row.accept_until + timedelta(seconds=15))
        return
    hand_in(token_hash, own, sitting)


def start(found: Any, token_hash: str, origin: Origin, sitting: rules.Sitting) -> OwnAttempt:
    """Raises LookupError when the round or the attempt cannot be found."""
    at = sitting.starts_at
    started = services.start_attempt(token_hash, SLUG, found.number, None, origin, now=at)
    own = queries.find_own_attempt(token_hash, started.public_id, at) if started else None
    if own is None:
        raise LookupError(f"{SLUG} {found.number}")
    return own


def save(token_hash: str, own: OwnAttempt, sheet: Answers, guess: int | None, sitting: rules.Sitting) -> None:
    """Answer by answer, evenly over the sitting; the prediction with the last one."""
    connection = db.session.connection()
    for place, (position, letters) in enumerate(sheet.items(), 1):
        at = sitting.starts_at + timedelta(seconds=sitting.seconds * place // (len(sheet) + 1))
        last = guess if place == len(sheet) else None
        chosen = {position: letters}
        services.save(connection, token_hash, own.row.public_id, f"{place:032x}", chosen, last, now=at)


def hand_in(token_hash: str, own: OwnAttempt, sitting: rules.Sitting) -> None:
    ends_at = sitting.starts_at + timedelta(seconds=sitting.seconds)
    services.submit_attempt(token_hash, own.row.public_id, f"{0:032x}", {}, None, now=ends_at)


def play_ring(found: Any, crowd: int) -> None:
    """RING_SIZE accounts made on two telephones as they sit: one answer sheet, predictions side by side."""
    unit_id = communes()[0]
    begins_at = found.opens_at + timedelta(hours=3)
    for place in range(RING_SIZE):
        stream = number_stream("demo ring", place)
        origin = rules.origin_of(RING_PLACE + place % RING_TELEPHONES)
        made_at = begins_at + timedelta(seconds=90 * place)
        account = register(
            *(RING_PLACE + place, rules.full_name(stream), date(1995, 1, 1 + place), unit_id),
            now=made_at,
            origin=origin,
        )
        sitting = rules.Sitting(made_at + timedelta(seconds=20), 22)
        token_hash = sign_in(account, now=sitting.starts_at)
        own = start(found, token_hash, origin, sitting)
        key = queries.key_answers(found.id, own.row.latest_key)
        sheet = rules.copied_answers(decode_paper(own.row.paper), key)
        save(token_hash, own, sheet, crowd // 8 + place, sitting)
        hand_in(token_hash, own, sitting)
