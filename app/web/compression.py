"""Compressed answers: pages on their way out, static files once in a process.

Guessing a secret from the size of a compressed page (BREACH) needs requests that carry the session from
another site: SameSite cookies stop those, and a CSRF token without its signature, which changes every
second, opens nothing.
"""

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from flask_compress import Compress
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor
from whitenoise.responders import Response, StaticFile

TEXTS = frozenset({".css", ".js", ".json", ".svg", ".txt"})
ENCODINGS = {"br": Compressor.compress_brotli, "gzip": Compressor.compress_gzip}
PAGE_QUALITY = 3


def init_app(app: Flask) -> None:
    app.config.update(
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_ALGORITHM_STREAMING=["br", "gzip"],
        COMPRESS_BR_LEVEL=PAGE_QUALITY,
        COMPRESS_LEVEL=PAGE_QUALITY,
    )
    Compress(app)


class StaticFiles(WhiteNoise):
    """WhiteNoise that needs no compressed copies on the disk."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> Any:
        plain = super().get_static_file(path, url, stat_cache)
        return CompressedFile(plain, Path(path)) if Path(path).suffix in TEXTS else plain


class CompressedFile:
    """A file of text as WhiteNoise answers it, in the best form that the browser takes."""

    def __init__(self, plain: StaticFile, path: Path) -> None:
        self._plain = plain
        self._path = path

    def get_response(self, method: str, environ: Mapping[str, Any]) -> Response:
        accepted = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING"), Accept)
        encoding = next((name for name in ENCODINGS if accepted[name] > 0), None)
        head = self._plain.get_response("HEAD" if method == "GET" else method, environ)
        if head.status is not HTTPStatus.OK or encoding is None:
            return _varying(self._plain.get_response(method, environ))
        body = compressed(self._path, encoding)
        headers = [(name, value) for name, value in head.headers if name != "Content-Length"]
        headers += [("Content-Encoding", encoding), ("Content-Length", str(len(body)))]
        return _varying(Response(HTTPStatus.OK, headers, BytesIO(body) if method == "GET" else None))


def _varying(response: Response) -> Response:
    return Response(response.status, [*response.headers, ("Vary", "Accept-Encoding")], response.file)


@lru_cache(maxsize=256)
def compressed(path: Path, encoding: str) -> bytes:
    """The file's content in that encoding; done at its first request and kept."""
    content: bytes = ENCODINGS[encoding](path.read_bytes())
    return content
