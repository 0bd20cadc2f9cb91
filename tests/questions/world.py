"""Questions as an author writes them, and three organisers, for the tests of this feature."""

import hashlib
from datetime import UTC, date, datetime, timedelta

from app.accounts.models import RoleGrant
from app.extensions import db
from app.questions import services
from app.questions.rules import BankQuestion
from tests import world

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
TOPICS = {"dan-chu": "Dân chủ ở cơ sở", "bien-gioi": "Biên giới"}
DIGEST = "0" * 64


def stem_of(number):
    """A stem that shares few words with those of other numbers."""
    digits = hashlib.sha256(str(number).encode()).hexdigest()
    return f"Việc {' '.join(digits[start : start + 4] for start in range(0, 40, 4))} do ai bàn?"


def question(number=1, **changes):
    """A sound question of topic "dan-chu"."""
    values = {
        "key": f"dc-{number:03}",
        "topic": "dan-chu",
        "level": 1,
        "asks": "content",
        "stem": stem_of(number),
        "options": (f"Nhân dân {number}", f"Trưởng thôn {number}", f"Bí thư {number}", f"Chủ tịch {number}"),
        "answer": "A",
        "explanation": "Điều 3 nêu rõ việc này.",
        "source": "Văn bản mẫu, Điều 3",
        "valid_from": date(2022, 11, 10),
    }
    return BankQuestion(**(values | changes))


def make_organisers(count=2):
    """Account ids of people who may edit and approve questions."""
    unit = world.make_units()
    ids = [world.make_person(unit.id, NOW).id for _ in range(count)]
    for account_id in ids:
        grant = RoleGrant(account_id=account_id, role="organiser", valid_from=NOW - timedelta(days=1))
        db.session.add(grant)
    db.session.flush()
    return ids


def bring_in(*questions, author_id=None):
    return services.import_bank(TOPICS, questions, author_id=author_id, now=NOW, digest=DIGEST)


def as_toml(*questions, topic="dan-chu"):
    """A bank file with these questions; fields that are None are left out."""
    lines = ["[topic]", f'code = "{topic}"', f'name = "{TOPICS[topic]}"']
    for each in questions:
        lines += ["", "[[question]]"]
        values = {name: getattr(each, name) for name in each.__dataclass_fields__ if name != "topic"}
        lines += [f"{name} = {_value(value)}" for name, value in values.items() if value not in (None, "")]
    return "\n".join(lines) + "\n"


def _value(value):
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
