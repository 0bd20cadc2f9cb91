"""Security headers on every answer."""

from wsgiref.headers import Headers

from flask import Flask, Response, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# What a view that says nothing leaves, and what Flask writes on a file it sends.
UNDECIDED = (None, "no-cache")


def init_app(app: Flask, *, is_https: bool) -> None:
    https = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if is_https else {}
    headers = [*HEADERS.items(), *https.items()]

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.extend(headers)
        if request.endpoint != "static" and response.headers.get("Cache-Control") in UNDECIDED:
            response.headers["Cache-Control"] = "no-store"
        return response


def add_to_file(headers: Headers, _path: str, _url: str) -> None:
    """A static file is what its type says."""
    headers["X-Content-Type-Options"] = "nosniff"
