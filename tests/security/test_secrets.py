"""What no page tells: keys before the close, and who somebody is."""

import pytest
from sqlalchemy import select, update

from app.accounts.models import Account
from app.contests.models import Round, RoundPackage
from app.extensions import db as extension
from app.questions.models import QuestionVersion
from tests.security import site as sites
from tests.security.access import routes_of
from tests.security.wire import Request

EXPLANATION = "Lời giải chưa được xem"
SOURCE = "Nguồn chưa được xem"
READS_THE_BANK = {"organiser", "other_organiser", "chief"}
SHOWN_TO_WHO_HOLDS_THE_LINK = {"accounts.open_link"}
STRANGERS = ("nobody", "ended", "other", "former")


@pytest.fixture
def pages(app, site, browsers):
    """pages("nobody") → (address, text) of everything that can be looked at."""

    def look(name):
        for route in routes_of(app):
            if route.endpoint in SHOWN_TO_WHO_HOLDS_THE_LINK:
                continue
            for side in site.sides.values():
                for path in route.paths(side) if "GET" in route.methods else []:
                    answer = browsers[name].send(Request("GET", path))
                    yield path.decode(), answer.body.decode("utf-8", "replace")

    return look


@pytest.fixture
def _secret_questions(site):
    """The questions of open rounds that no closed round has shown carry texts that nobody may see yet."""
    pools = select(RoundPackage.pool).join(Round, Round.id == RoundPackage.round_id)
    shown, open_ = (
        {entry["id"] for pool in extension.session.scalars(pools.where(is_open)) for entry in pool}
        for is_open in (Round.closes_at <= sites.NOW, Round.closes_at > sites.NOW)
    )
    assert open_ - shown
    secret = QuestionVersion.id.in_(open_ - shown)
    extension.session.execute(
        update(QuestionVersion).where(secret).values(explanation=EXPLANATION, source=SOURCE)
    )
    extension.session.commit()


@pytest.mark.usefixtures("_secret_questions")
def test_no_key_is_told_before_the_round_closes(site, pages, clock_at):
    """Whoever may not read the bank finds no explanation, no source and no seed of an open round."""
    seeds = extension.session.scalars(
        select(RoundPackage.seed)
        .join(Round, Round.id == RoundPackage.round_id)
        .where(Round.closes_at > sites.NOW)
    ).all()
    assert len(seeds) == 2
    for name in site.identities.keys() - READS_THE_BANK:
        for path, text in pages(name):
            assert not [secret for secret in (EXPLANATION, SOURCE, *seeds) if secret in text], (
                f"{name} {path}"
            )


def test_strangers_learn_neither_name_nor_phone_nor_birth(site, pages):
    for side in site.sides.values():
        account = extension.session.scalars(select(Account).filter_by(public_id=side.public_id)).one()
        digits = account.sign_in_name.removeprefix("+84")
        secrets = (
            account.full_name,
            digits,
            f"0{digits[:3]} {digits[3:6]} {digits[6:]}",
            "08/05/1990",
            "1990-05-08",
        )
        for name in STRANGERS:
            if name == "other" and side == site.sides["b"]:
                continue
            for path, text in pages(name):
                assert not [secret for secret in secrets if secret in text], f"{name} {path}"
