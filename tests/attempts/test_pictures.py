"""A question with a picture on the paper."""

import pytest
from sqlalchemy import update

from app.files.services import store_file
from app.questions.models import QuestionVersion
from tests.attempts.test_views import OPENS, attempt_url, person, world
from tests.world import BLUEPRINT

__all__ = ["attempt_url", "person", "world"]


@pytest.fixture
def picture(world, db):
    """Every question shows one picture; its digest."""
    digest = store_file(b"a picture", "image/png", now=OPENS)
    db.session.execute(update(QuestionVersion).values(image_sha256=digest, image_alt="Bản đồ <mẫu>"))
    db.session.commit()
    return digest


def test_the_paper_shows_the_picture_with_its_words(picture, attempt_url, client):
    shown = f'src="/hinh-cau-hoi/{picture}" alt="Bản đồ &lt;mẫu&gt;"'
    count = sum(cell["count"] for cell in BLUEPRINT)

    assert client.get(attempt_url).text.count(shown) == count
    assert client.get(f"/hinh-cau-hoi/{picture}").data == b"a picture"
