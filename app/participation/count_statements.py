"""The statements that count a round's participants anew, over all rows at once.

A person is an enrolment, or for an account that was merged into another the enrolment of that one: where
the kept account is enrolled, otherwise the first of those that were merged into it. People are in the unit
that this enrolment had when the round closed.
"""

from sqlalchemy import TextClause, bindparam, text

from app.participation.rules import AGE_BANDS
from app.types import UTCDateTime

MERGED_AND_MOVED = """
    merged AS (
      SELECT e.id AS enrolment_id, coalesce(k.id, min(e.id) OVER (PARTITION BY am.kept_id)) AS person_id
      FROM account_merges am
      JOIN enrolments e ON e.contest_id = :contest_id AND e.account_id = am.absorbed_id
      LEFT JOIN enrolments k ON k.contest_id = :contest_id AND k.account_id = am.kept_id
      WHERE am.undone_at IS NULL
    ),
    moved AS (
      SELECT enrolment_id, unit_id
      FROM (
        SELECT enrolment_id, from_unit_id AS unit_id,
          row_number() OVER (PARTITION BY enrolment_id ORDER BY at, id) AS place
        FROM unit_moves WHERE at > :closes_at
      ) AS later
      WHERE place = 1
    )
    """
DAYS = """
    WITH {merged_and_moved},
    valid AS (
      SELECT coalesce(m.person_id, a.enrolment_id) AS person_id, {day} AS day,
        CASE WHEN a.score = length(a.offered) THEN 1 ELSE 0 END AS is_right
      FROM attempts a
      JOIN standings s ON s.round_id = a.round_id AND s.enrolment_id = a.enrolment_id
      LEFT JOIN merged m ON m.enrolment_id = a.enrolment_id
      WHERE a.round_id = :round_id AND a.closed_at IS NOT NULL AND a.answered_count >= :minimum_answered
        AND NOT EXISTS (SELECT 1 FROM decisions d
                        WHERE d.attempt_id = a.id AND d.kind = 'void' AND d.undone_at IS NULL)
    ),
    days AS (
      SELECT person_id, day, count(*) AS attempts, min(day) OVER w AS first_day,
        min(CASE WHEN max(is_right) = 1 THEN day END) OVER w AS right_day
      FROM valid GROUP BY person_id, day
      WINDOW w AS (PARTITION BY person_id)
    ),
    known AS (
      SELECT DISTINCT coalesce(m.person_id, s.enrolment_id) AS person_id
      FROM standings s
      LEFT JOIN merged m ON m.enrolment_id = s.enrolment_id
      WHERE s.round_id IN :earlier_ids
    )
    SELECT coalesce(moved.unit_id, h.unit_id) AS unit_id, days.day,
      sum(days.attempts) AS attempts,
      sum(CASE WHEN days.day = days.first_day THEN 1 ELSE 0 END) AS people,
      sum(CASE WHEN days.day = days.first_day AND known.person_id IS NULL THEN 1 ELSE 0 END) AS newcomers,
      sum(CASE WHEN days.day = days.right_day THEN 1 ELSE 0 END) AS people_all_correct
    FROM days
    JOIN enrolments h ON h.id = days.person_id
    LEFT JOIN moved ON moved.enrolment_id = h.id
    LEFT JOIN known ON known.person_id = days.person_id
    GROUP BY 1, 2
    """
GROUPS = """
    WITH {merged_and_moved},
    people AS (
      SELECT DISTINCT coalesce(m.person_id, s.enrolment_id) AS person_id
      FROM standings s
      LEFT JOIN merged m ON m.enrolment_id = s.enrolment_id
      WHERE s.round_id = :round_id
    )
    SELECT coalesce(moved.unit_id, h.unit_id) AS unit_id, {band} AS age_band,
      coalesce(a.gender, '') AS gender, count(*) AS people
    FROM people
    JOIN enrolments h ON h.id = people.person_id
    JOIN accounts a ON a.id = h.account_id
    LEFT JOIN moved ON moved.enrolment_id = h.id
    GROUP BY 1, 2, 3
    """


def count_days(day_count: int) -> TextClause:
    """unit_id, day (index from 0), attempts, people, newcomers, people_all_correct.

    Parameters: contest_id, round_id, closes_at, minimum_answered, earlier_ids, and `end_0` … for the
    end of every day but the last. An attempt counts on the day it was finished, a person on the day of
    the first one that is valid, and among those with every answer right on that of the first such one.
    """
    ends = [f"end_{index}" for index in range(day_count - 1)]
    cases = " ".join(f"WHEN a.finished_at < :{end} THEN {index}" for index, end in enumerate(ends))
    day = f"CASE {cases} ELSE {len(ends)} END" if ends else "0"
    moments = [bindparam(name, type_=UTCDateTime()) for name in ("closes_at", *ends)]
    return text(DAYS.format(day=day, merged_and_moved=MERGED_AND_MOVED)).bindparams(
        *moments, bindparam("earlier_ids", expanding=True)
    )


def count_groups() -> TextClause:
    """unit_id, age_band, gender, people. Parameters: contest_id, round_id, closes_at."""
    cases = " ".join(f"WHEN h.age <= {oldest} THEN '{code}'" for code, oldest, _ in AGE_BANDS[:-1])
    band = f"CASE {cases} ELSE '{AGE_BANDS[-1][0]}' END"
    return text(GROUPS.format(band=band, merged_and_moved=MERGED_AND_MOVED)).bindparams(
        bindparam("closes_at", type_=UTCDateTime())
    )
