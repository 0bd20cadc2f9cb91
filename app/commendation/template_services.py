"""Choose Word templates and fill them, in a process of its own: whatever the file is, this one lives on."""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from app.audit.services import record
from app.commendation import template_queries as queries
from app.commendation import template_rules as rules
from app.commendation.template_models import WordTemplate
from app.commendation.template_rules import Kind
from app.contests.models import Contest
from app.extensions import db
from app.files.services import get_file_body, store_file

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DEFAULTS = Path(__file__).with_name("word")
ROOT = Path(__file__).parents[2]
MAX_SECONDS = 60
REFUSED = 2
TOO_HEAVY = "Mẫu cần quá nhiều bộ nhớ để điền: bạn bỏ bớt hình, bảng trống rồi tải lên lại."
TOO_SLOW = "Điền mẫu mất quá nhiều thời gian: bạn bỏ bớt hình, bảng trống rồi tải lên lại."
FAILED = "Không điền được mẫu này: bạn mở bằng Word, lưu lại dạng .docx rồi tải lên lại."
MESSAGES = {3: TOO_HEAVY, -signal.SIGXCPU: TOO_SLOW, -signal.SIGKILL: TOO_HEAVY, -signal.SIGABRT: TOO_HEAVY}

log = structlog.get_logger()


def default_of(kind: Kind) -> bytes:
    """Our own template."""
    return (DEFAULTS / f"{rules.KIND_SLUGS[kind]}.docx").read_bytes()


def template_of(contest_id: int, kind: Kind) -> tuple[bytes, int]:
    """The template in force and its number, 0 for our default."""
    own = queries.find_own_template(contest_id, kind)
    if own is None or own.sha256 is None:
        return default_of(kind), 0
    return get_file_body(own.sha256), own.number


def try_template(kind: Kind, content: bytes) -> None:
    """Fill the file with samples, in a process of its own. Raises TemplateRefused with the reason."""
    if len(content) > rules.MAX_FILE_BYTES:
        raise rules.TemplateRefused("Tệp lớn hơn 2 MB: bạn giảm cỡ hình rồi tải lên lại.")
    run(kind, content, None)


def choose_template(
    contest: Contest, kind: Kind, content: bytes, name: str, *, actor_id: int, now: datetime
) -> WordTemplate:
    """Use the organisers' file, which has passed try_template; the caller has locked the contest."""
    return _choose(contest, kind, store_file(content, DOCX_TYPE, now=now), name, actor_id, now)


def choose_default(contest: Contest, kind: Kind, *, actor_id: int, now: datetime) -> WordTemplate:
    """Back to our own template; the caller has locked the contest. Raises AlreadyDefault."""
    if queries.find_own_template(contest.id, kind) is None:
        raise rules.AlreadyDefault
    return _choose(contest, kind, None, None, actor_id, now)


def _choose(
    contest: Contest, kind: Kind, sha256: str | None, name: str | None, actor_id: int, now: datetime
) -> WordTemplate:
    versions = queries.versions_of(contest.id, kind)
    chosen = WordTemplate(
        contest_id=contest.id,
        kind=kind,
        number=versions[0].number + 1 if versions else 1,
        sha256=sha256,
        name=name,
        chosen_by=actor_id,
        chosen_at=now,
    )
    db.session.add(chosen)
    db.session.flush()
    record(
        "commendation.template_chosen" if sha256 else "commendation.template_default",
        actor_id=actor_id,
        subject=f"contest:{contest.id}",
        now=now,
        kind=kind.value,
        number=chosen.number,
        digest=sha256,
    )
    return chosen


def run(kind: Kind, content: bytes, values: Mapping[str, Any] | None) -> bytes:
    """The filled document, or nothing for a trial with samples (None). Raises TemplateRefused."""
    line = json.dumps(values, ensure_ascii=False).encode() + b"\n"
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.commendation.template_child", kind],
            input=line + content,
            capture_output=True,
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            timeout=MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise rules.TemplateRefused(TOO_SLOW) from None
    if done.returncode == REFUSED:
        raise rules.TemplateRefused(done.stdout.decode())
    if done.returncode != 0:
        last_words = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        log.warning("template_not_filled", status=done.returncode, error=last_words[:200])
        raise rules.TemplateRefused(MESSAGES.get(done.returncode, FAILED))
    return done.stdout
