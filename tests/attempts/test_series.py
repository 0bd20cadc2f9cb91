"""A contest on the units after 1 July 2025: province and commune, no district."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.attempts import services
from app.enrolments.models import Enrolment
from app.units.importer import read_national_units
from app.units.models import Unit
from app.units.queries import search_units
from app.units.services import import_units
from tests import world as worlds

OPENS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NOON = OPENS + timedelta(hours=4)


def test_a_contest_of_communes_without_districts(app, db):
    national = read_national_units()
    import_units(national.trees, national.successions, now=OPENS)
    province = db.session.scalars(select(Unit).filter_by(series_code="vn-2025", code="20")).one()
    choice = search_units("vn-2025", "ky lua", province)[0]
    commune = db.session.scalars(select(Unit).filter_by(series_code="vn-2025", code=choice.id)).one()
    author, approver, citizen = (worlds.make_person(commune.id, OPENS - timedelta(days=9)) for _ in range(3))
    for organiser in (author, approver):
        worlds.grant_organiser(organiser.id, OPENS - timedelta(days=9))
    worlds.make_questions(author.id, approver.id, OPENS - timedelta(days=3))
    contest = worlds.make_contest(author.id, OPENS - timedelta(days=2), series="vn-2025", slug="thi-2026")
    worlds.make_round(contest, author.id, OPENS)
    token = worlds.token_hash(worlds.make_session(citizen.id, OPENS))
    db.session.commit()

    started = services.start_attempt(token, "thi-2026", 1, None, worlds.ORIGIN, now=NOON)
    db.session.commit()

    enrolment = db.session.scalars(select(Enrolment)).one()
    assert started.is_new
    assert enrolment.unit_id == commune.id
    assert commune.parent_id == province.id
    assert commune.path == f"/20/{commune.code}/"
