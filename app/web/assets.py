"""Static files by content: the address changes when the file does, so browsers may keep them for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for

VERSION_LENGTH = 10


def init_app(app: Flask) -> None:
    folder = Path(str(app.static_folder))

    @app.template_global("url_for")
    @lru_cache(maxsize=4096)
    def address_of(endpoint: str, **values: Any) -> str:
        """Templates write only local addresses, which follow from endpoint and values alone."""
        return url_for(endpoint, **values)

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        """Fonts keep their plain address: the preload must name the same one as the stylesheet."""
        name = values.get("filename", "")
        if endpoint == "static" and not name.startswith("fonts/"):
            values["v"] = version_of(folder / name)


@lru_cache(maxsize=256)
def version_of(path: Path) -> str:
    """The first digits of the file's SHA-256; empty when there is no such file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:VERSION_LENGTH] if path.is_file() else ""
