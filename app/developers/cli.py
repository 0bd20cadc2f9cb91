"""`flask seed-demo`: a whole contest to look at, made by the product's own services."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from argon2 import PasswordHasher
from flask import current_app
from flask.cli import with_appcontext

from app import clock
from app.contests.queries import find_contest
from app.developers import demo_console_services as console
from app.developers import demo_play_services as playing
from app.developers import demo_rules as rules
from app.developers import demo_services as services
from app.developers import demo_staff_services as office
from app.extensions import db
from app.jobs.runner import run_waiting_jobs
from app.participation.tally_services import tally_round
from app.questions.importer import ReadBank, problems_of, read_bank
from app.ranking.live_services import tally

BANK = Path(__file__).parents[2] / "question_bank"
PASSWORD = "thuyen-nan-qua-song"  # noqa: S105 -- printed for everybody who runs the demo
MOST_ACCOUNTS = 9_900  # numbers after them are the ring's and the exclusion list's
TALLY_BATCH = 5_000
PEOPLE = (
    ("Người dự thi", services.VISITOR_PLACE, "/"),
    ("Cán bộ huyện Bắc Sơn", services.CHOOSER_PLACE, "/can-bo"),
    ("Ban Tổ chức", 2, "/ban-to-chuc"),
    ("Người duyệt kết quả", 3, "/ban-to-chuc"),
    ("Thẩm định khen thưởng", services.APPRAISER_PLACE, "/can-bo"),
    ("Quản trị", 1, "/quan-tri/quyen"),
)


@click.command("seed-demo")
@click.option("--accounts", default=2_000, type=click.IntRange(10, MOST_ACCOUNTS), help="Contestants (2000).")
@with_appcontext
def seed_demo(accounts: int) -> None:
    """Fill an empty database with a five-week contest: two published, one open, two to come."""
    if current_app.config["KHEO"].environment not in ("demo", "test"):
        raise click.ClickException("The demo is for KHEO_ENVIRONMENT=demo only; nothing was changed.")
    if find_contest(services.SLUG) is not None:
        raise click.ClickException("This database has the demo already; nothing was changed.")
    now = clock.now()
    password_hash = PasswordHasher().hash(PASSWORD)
    opens_at = rules.first_opening(now)
    before = opens_at - timedelta(days=2)
    services.bring_units_and_questions(sound_bank(), now=before)
    staff = services.appoint_staff(password_hash, now=before)
    services.approve_bank(staff, now=before)
    db.session.commit()
    rounds = services.make_contest(staff, opens_at, now=before + timedelta(hours=1))
    console.prepare(rounds[0].contest, staff, now=before + timedelta(hours=2))
    visitor = services.register_visitor(password_hash, now=before)
    db.session.commit()
    people: list[services.Contestant] = []
    for batch in services.register_crowd(accounts, visitor, before=opens_at):
        people += batch
        db.session.commit()
    office.declare_headcounts(rounds[0].contest, people, staff, now=opens_at)
    campaign = office.begin_campaigns(rounds[0].contest, staff, now=opens_at)
    db.session.commit()
    attempt_count = play(rounds, visitor, people, staff, now)
    run_waiting_jobs()
    office.commend(rounds[0].contest, campaign, visitor, staff, now=clock.now())
    db.session.commit()
    tell(len(people), attempt_count)


def sound_bank() -> ReadBank:
    bank = read_bank(BANK)
    problems = problems_of(bank)
    if problems:
        raise click.ClickException(
            f"The question bank has {len(problems)} errors: run `flask questions check`."
        )
    return bank


def play(
    rounds: list[Any],
    visitor: services.Contestant,
    people: list[services.Contestant],
    staff: services.Staff,
    now: datetime,
) -> int:
    """Sit every round that has opened, publish what is over, count the rest; commits as it goes.

    The visitor leaves the open round to whoever tries the demo.
    """
    count = 0
    for found in rounds[: rules.OPEN_ROUND]:
        crowd = people if found.number == rules.OPEN_ROUND else [visitor, *people]
        for done in playing.play_round(found, crowd, until=now):
            count += done
            db.session.commit()
        if found.number == playing.RING_ROUND:
            playing.play_ring(found, len(people))
        if found.number < rules.OPEN_ROUND:
            services.publish_round(found, staff)
            console.look_into(found, staff)
            db.session.commit()
        click.echo(f"Tuần {found.number}: {count} lượt thi tính đến nay")
    console.complain(rounds[playing.RING_ROUND - 1], visitor, people, staff)
    while tally(TALLY_BATCH, now=now):
        db.session.commit()
    for found in rounds[: rules.OPEN_ROUND]:
        tally_round(found, now)
    office.remind(rounds[rules.OPEN_ROUND - 1], people, staff, now=now)
    db.session.commit()
    return count


def tell(people: int, attempt_count: int) -> None:
    address = current_app.config["KHEO"].public_url
    click.echo(f"\nKhéo (dữ liệu mẫu): {address}  Mật khẩu của mọi tài khoản dưới đây: {PASSWORD}")
    for name, place, path in PEOPLE:
        phone = rules.PHONE_BLOCK.format(place).replace("+84", "0")
        click.echo(f"  {name:<24} {phone}  {address}{path}")
    click.echo(f"{people} contestants, {attempt_count} attempts, {rules.ROUND_COUNT} rounds")
