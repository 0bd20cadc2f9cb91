"""Store and fetch files by digest."""

import hashlib
from datetime import datetime

from sqlalchemy import select

from app.extensions import db
from app.files.models import StoredFile


def store_file(body: bytes, media_type: str, *, now: datetime) -> str:
    """Keep the bytes and return their SHA-256 in hex; the same bytes are kept once."""
    sha256 = hashlib.sha256(body).hexdigest()
    if db.session.get(StoredFile, sha256) is None:
        db.session.add(
            StoredFile(sha256=sha256, media_type=media_type, size=len(body), created_at=now, body=body)
        )
        db.session.flush()
    return sha256


def get_file_body(sha256: str) -> bytes:
    """The bytes. Raises NoResultFound."""
    return db.session.scalars(select(StoredFile.body).where(StoredFile.sha256 == sha256)).one()
