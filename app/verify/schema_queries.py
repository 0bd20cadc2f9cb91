"""Are the rules that the database enforces really there?"""

from sqlalchemy import Inspector, inspect, text

from app.extensions import db
from app.sql import dialect_name
from app.verify.rules import Report

UNIQUE: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "I3": [("attempts", ("account_id", "number", "round_id"))],
    "I4": [("attempts", ("account_id", "round_id"))],
    "I15": [("attempts", ("receipt_code",))],
    "I17": [("saves", ("attempt_id", "save_id"))],
    "I20": [("frozen_lines", ("enrolment_id", "freeze_id"))],
    "I26": [("accounts", ("sign_in_name",))],
    "I33": [("jobs", ("key", "kind"))],
}
CHECK_RULES = {
    "I12": [("attempts", "ck_attempts_score"), ("attempts", "ck_attempts_score_when_closed")],
    "I30": [("referrals", "ck_referrals_referrer_is_older")],
    "I34": [
        ("revisions", "ck_revisions_second_person"),
        ("round_keys", "ck_round_keys_second_person"),
        ("key_proposals", "ck_key_proposals_second_person"),
        ("question_versions", "ck_question_versions_second_person"),
    ],
    "I37": [("role_grants", "ck_role_grants_second_person"), ("exclusions", "ck_exclusions_second_person")],
    "I38": [
        ("complaints", "ck_complaints_taken_by_another"),
        ("complaint_decisions", "ck_complaint_decisions_decided_by_another"),
    ],
    "I31": [("attestations", "ck_attestations_second_person")],
    "I39": [("headcount_decisions", "ck_headcount_decisions_second_person")],
    "I40": [
        ("dossiers", "ck_dossiers_not_ones_own"),
        ("dossiers", "ck_dossiers_appraised_by_another"),
        ("dossiers", "ck_dossiers_reviewed_by_another"),
        ("dossiers", "ck_dossiers_decided_by_another"),
    ],
}
APPEND_ONLY = {
    "I2": ["saves"],
    "I11": ["round_keys", "round_packages"],
    "I19": ["revisions", "signed_decisions"],
    "I30": ["referrals"],
    "I32": ["audit_entries"],
    "I35": ["signal_reviews"],
    "I38": ["complaint_events", "complaint_decisions"],
    "I31": ["criteria_versions", "attestations", "result_changes"],
    "I39": ["unit_moves", "headcounts", "headcount_decisions"],
    "I40": ["dossier_events", "report_versions", "evidence_items"],
}
TRIGGERS = {
    "postgresql": "SELECT c.relname, count(*) * 2 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE t.tgname = c.relname || '_append_only' AND t.tgenabled = 'O' AND t.tgtype & 27 = 27 "
    "GROUP BY c.relname",
    "sqlite": "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' "
    "AND name IN (tbl_name || '_no_update', tbl_name || '_no_delete') GROUP BY tbl_name",
}
# Triggers that tie a revision to the person who asked for its freeze.
FREEZER_TRIGGERS = ("revisions_freezer", "freezes_freezer")
NAMED_TRIGGERS = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled = 'O'",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}


def check_schema(report: Report) -> None:
    """Unique rules, check rules and append-only triggers by name or columns."""
    inspector = inspect(db.engine)
    for check, rules in UNIQUE.items():
        for table, columns in rules:
            report.expect(
                check, columns in _unique_columns(inspector, table), f"unique rule on {table} {columns}"
            )
    for check, names in CHECK_RULES.items():
        for table, name in names:
            found = {str(rule["name"]) for rule in inspector.get_check_constraints(table)}
            report.expect(check, name in found, f"check {name}")
    counts = dict(db.session.execute(text(TRIGGERS[dialect_name()])).tuples().all())
    for check, tables in APPEND_ONLY.items():
        for table in tables:
            report.expect(check, counts.get(table, 0) >= 2, f"append-only triggers of {table}")
    triggers = set(db.session.scalars(text(NAMED_TRIGGERS[dialect_name()])))
    for name in FREEZER_TRIGGERS:
        report.expect("I34", name in triggers, f"trigger {name}")


def _unique_columns(inspector: Inspector, table: str) -> set[tuple[str, ...]]:
    constraints = inspector.get_unique_constraints(table)
    rules: list[list[str | None]] = [list(rule["column_names"]) for rule in constraints]
    rules += [list(rule["column_names"]) for rule in inspector.get_indexes(table) if rule["unique"]]
    rules.append([*inspector.get_pk_constraint(table)["constrained_columns"]])
    return {tuple(sorted(str(column) for column in columns)) for columns in rules}
