"""The statement that reads what criteria ask, of everybody at once or of a few people.

A person is an account, or the account that it was merged into. Whoever has several enrolments in the
contest is where the kept account is enrolled, otherwise where the first of them is: as in the tallies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Executable, bindparam, text

from app.emulation.criteria_rules import Lives, Referrals, Which
from app.emulation.facts_rules import Calendar, Needs
from app.emulation.rules import bit_of, runs_of
from app.localtime import from_local
from app.types import UTCDateTime

BASE = """
WITH inside AS (
  SELECT id FROM units WHERE series_code = :series AND path >= :unit_path AND path < :unit_end
),
scope AS (
  SELECT id FROM units WHERE series_code = :series AND path >= :scope_path AND path < :scope_end
),
merged AS (
  SELECT absorbed_id, kept_id FROM account_merges WHERE undone_at IS NULL
),
barred AS (
  SELECT DISTINCT account_id FROM exclusions
  WHERE contest_id = :contest_id AND mode = 'barred' AND removed_at IS NULL AND account_id IS NOT NULL
),
official AS (
  SELECT f.round_id, l.enrolment_id, l.rank, l.prize
  FROM frozen_lines l JOIN freezes f ON f.id = l.freeze_id
  WHERE l.freeze_id IN :freeze_ids
),
people AS (
  SELECT coalesce(m.kept_id, e.account_id) AS person_id,
    coalesce(max(CASE WHEN m.kept_id IS NULL THEN e.id END), min(e.id)) AS home_id,
    {rounds} AS rounds_mask, {prizes} AS prize_mask, {scores}
    max(a.score) AS best_score, min(o.rank) AS best_rank
  FROM enrolments e
  LEFT JOIN merged m ON m.absorbed_id = e.account_id
  LEFT JOIN standings s ON s.enrolment_id = e.id AND s.round_id IN :round_ids
  LEFT JOIN attempts a ON a.id = s.attempt_id
  LEFT JOIN official o ON o.round_id = s.round_id AND o.enrolment_id = s.enrolment_id
  WHERE e.contest_id = :contest_id {some_enrolments}
  GROUP BY 1
),
voided AS (
  SELECT coalesce(m.kept_id, e.account_id) AS person_id, count(*) AS voids
  FROM decisions d
  JOIN enrolments e ON e.id = d.enrolment_id
  LEFT JOIN merged m ON m.absorbed_id = e.account_id
  WHERE d.kind = 'void' AND d.undone_at IS NULL AND d.round_id IN :round_ids {some_enrolments}
  GROUP BY 1
)"""
BROUGHT = """,
brought AS (
  SELECT coalesce(rm.kept_id, r.referrer_id) AS person_id, r.account_id, r.at,
    coalesce(p.rounds_mask, 0) AS mask, coalesce(h.unit_id, a.unit_id) AS unit_id
  FROM referrals r
  JOIN accounts a ON a.id = r.account_id AND a.disabled_at IS NULL
  LEFT JOIN merged rm ON rm.absorbed_id = r.referrer_id
  LEFT JOIN merged am ON am.absorbed_id = r.account_id
  LEFT JOIN barred b ON b.account_id = r.account_id
  LEFT JOIN people p ON p.person_id = r.account_id
  LEFT JOIN enrolments h ON h.id = p.home_id
  WHERE am.absorbed_id IS NULL AND b.account_id IS NULL
    AND r.account_id <> coalesce(rm.kept_id, r.referrer_id)
)"""
REFERRERS = """,
referrers_{index} AS (
  SELECT person_id, count(*) AS referred,
    sum(CASE WHEN place <= :places_{index} AND {has_streak} THEN 1 ELSE 0 END) AS good
  FROM (
    SELECT person_id, mask, row_number() OVER (PARTITION BY person_id ORDER BY at, account_id) AS place
    FROM brought
    WHERE at >= :from_{index} AND at < :until_{index} {lives}
  ) AS counted
  GROUP BY 1
)"""
PEOPLE = """
SELECT t.id AS account_id,
  CASE WHEN hi.id IS NOT NULL THEN h.unit_id WHEN ti.id IS NOT NULL THEN t.unit_id
    ELSE coalesce(h.unit_id, t.unit_id) END AS unit_id,
  t.created_at AS registered_at,
  coalesce(p.rounds_mask, 0) AS rounds_mask, coalesce(p.best_score, 0) AS best_score, p.best_rank,
  coalesce(p.prize_mask, 0) AS prize_mask, coalesce(v.voids, 0) AS void_count,
  CASE WHEN ti.id IS NOT NULL OR (tu.series_code <> :series AND hi.id IS NOT NULL) THEN 1 ELSE 0 END
    AS lives_inside,
  CASE WHEN hi.id IS NOT NULL THEN 1 ELSE 0 END AS enrolled_inside,
  CASE WHEN tm.absorbed_id IS NOT NULL THEN 'merged' WHEN t.disabled_at IS NOT NULL THEN 'disabled'
    WHEN b.account_id IS NOT NULL THEN 'barred' ELSE '' END AS barrier,
  {masks}
  {columns}
  k.version, k.unit_id AS kept_unit_id, k.rounds_mask AS kept_mask, k.streak, k.best_score AS kept_score,
  k.best_rank AS kept_rank, k.referred_count, k.good_referrals, k.met_bits, k.is_met, k.missing_count
FROM accounts t
JOIN units tu ON tu.id = t.unit_id
LEFT JOIN people p ON p.person_id = t.id
LEFT JOIN enrolments h ON h.id = p.home_id
LEFT JOIN inside hi ON hi.id = h.unit_id
LEFT JOIN inside ti ON ti.id = t.unit_id
LEFT JOIN voided v ON v.person_id = t.id
LEFT JOIN merged tm ON tm.absorbed_id = t.id
LEFT JOIN barred b ON b.account_id = t.id
{joins}
LEFT JOIN account_results k ON k.campaign_id = :campaign_id AND k.account_id = t.id
WHERE {chosen}
"""
FOR_EVERYBODY = """(k.account_id IS NOT NULL OR hi.id IS NOT NULL OR ti.id IS NOT NULL)
  AND (k.account_id IS NOT NULL OR t.id IN :attested_ids OR p.rounds_mask > 0 {referred})
  AND (k.account_id IS NOT NULL OR tm.absorbed_id IS NULL)"""
LONG_AGO, FAR_AHEAD = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
MOST_PLACES = 2_000_000_000


@dataclass(frozen=True)
class Asked:
    """Statement and parameters, without those that name the campaign."""

    statement: Executable
    parameters: dict[str, Any]


def ask_everybody(rounds: Sequence[tuple[int, int]], calendar: Calendar, needs: Needs) -> Asked:
    """Facts and the kept result of everybody in the campaign's unit who did anything, or had a result.

    `rounds` are (id, number) of those that count. Parameters besides those given here: campaign_id,
    contest_id, series, unit_path, unit_end, scope_path, scope_end, freeze_ids, attested_ids.
    """
    indexes = range(len(needs.referrals))
    parameters: dict[str, Any] = {}
    for index, criterion in enumerate(needs.referrals):
        parameters |= _referral_parameters(index, criterion)
    counts = [
        f"coalesce(r{index}.referred, 0) AS referred_{index}, coalesce(r{index}.good, 0) AS good_{index},"
        for index in indexes
    ]
    joins = [f"LEFT JOIN referrers_{index} r{index} ON r{index}.person_id = t.id" for index in indexes]
    referred = " ".join(f"OR r{index}.referred > 0" for index in indexes)
    pieces = [
        _base(rounds, needs, ""),
        BROUGHT if needs.referrals else "",
        *(_referrers(index, criterion, calendar) for index, criterion in enumerate(needs.referrals)),
        _people(needs, counts, joins, FOR_EVERYBODY.format(referred=referred)),
    ]
    return _asked(pieces, rounds, parameters, ("attested_ids",))


def ask_few(rounds: Sequence[tuple[int, int]], needs: Needs) -> Asked:
    """The same of the accounts `account_ids`, wherever they are, without counting whom they brought.

    `enrolled_ids` are these accounts and those merged into them; `home_inside` and `home_in_scope` say
    whether a person counts for the campaign's unit and for the contest's. Other parameters as above.
    """
    columns = [
        "CASE WHEN p.person_id IS NULL THEN ti.id ELSE hi.id END AS home_inside,",
        "home.id AS home_in_scope,",
    ]
    joins = ["LEFT JOIN scope home ON home.id = coalesce(h.unit_id, t.unit_id)"]
    pieces = [
        _base(rounds, needs, "AND e.account_id IN :enrolled_ids"),
        _people(needs, columns, joins, "t.id IN :account_ids"),
    ]
    return _asked(pieces, rounds, {}, ("enrolled_ids", "account_ids"))


def _asked(
    pieces: Sequence[str],
    rounds: Sequence[tuple[int, int]],
    parameters: dict[str, Any],
    lists: tuple[str, ...],
) -> Asked:
    """`lists` are the parameters that hold several values, besides those of every statement."""
    binds: list[BindParameter[Any]] = [
        bindparam(name, expanding=True) for name in ("round_ids", "freeze_ids", *lists)
    ]
    moments = [name for name in parameters if name.startswith(("from_", "until_"))]
    binds += [bindparam(name, type_=UTCDateTime()) for name in moments]
    statement = text("".join(pieces)).bindparams(*binds).columns(registered_at=UTCDateTime())
    return Asked(statement, {"round_ids": [round_id for round_id, _number in rounds]} | parameters)


def _people(needs: Needs, columns: Sequence[str], joins: Sequence[str], chosen: str) -> str:
    masks = [f"coalesce(p.score_{percent}, 0) AS score_{percent}," for percent in needs.percents]
    return PEOPLE.format(
        masks=" ".join(masks), columns=" ".join(columns), joins="\n".join(joins), chosen=chosen
    )


def _base(rounds: Sequence[tuple[int, int]], needs: Needs, some_enrolments: str) -> str:
    scores = [
        f"{_mask(rounds, f'a.score * 100 >= {percent} * length(a.offered)')} AS score_{percent},"
        for percent in needs.percents
    ]
    return BASE.format(
        rounds=_mask(rounds, "s.round_id IS NOT NULL"),
        prizes=_mask(rounds, "o.prize IS NOT NULL"),
        scores=" ".join(scores),
        some_enrolments=some_enrolments,
    )


def _mask(rounds: Sequence[tuple[int, int]], condition: str) -> str:
    """The bits of the rounds with a row that fulfils the condition."""
    bits = [
        f"max(CASE WHEN s.round_id = {round_id} AND {condition} THEN {bit_of(number)} ELSE 0 END)"
        for round_id, number in rounds
    ]
    return " + ".join(bits) or "0"


def _referrers(index: int, criterion: Referrals, calendar: Calendar) -> str:
    runs = runs_of(calendar.pick(criterion.rounds), criterion.streak)
    streaks = [f"(mask & {run}) = {run}" for run in runs]
    has_streak = "1 = 1" if criterion.streak == 0 else f"({' OR '.join(streaks)})" if streaks else "1 = 0"
    lives = {
        Lives.ANYWHERE: "",
        Lives.CONTEST: "AND unit_id IN (SELECT id FROM scope)",
        Lives.UNIT: "AND unit_id IN (SELECT id FROM inside)",
    }
    return REFERRERS.format(index=index, has_streak=has_streak, lives=lives[criterion.lives])


def _referral_parameters(index: int, criterion: Referrals) -> dict[str, Any]:
    """The window of local days as moments, and how many places count."""
    first, last = criterion.registered_from, criterion.registered_to
    start = from_local(first.year, first.month, first.day) if first else LONG_AGO
    end = from_local(last.year, last.month, last.day) + timedelta(days=1) if last else FAR_AHEAD
    places = criterion.count if criterion.which is Which.FIRST else MOST_PLACES
    return {f"from_{index}": start, f"until_{index}": end, f"places_{index}": places}
