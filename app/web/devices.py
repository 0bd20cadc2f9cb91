"""A lasting cookie that tells one browser from another.

It opens nothing. It counts floods by device before address, tells a browser that has signed in to an
account before from a stranger's, and, hashed, is a trace for integrity checks.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace

from flask import Flask, Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer

MAX_AGE = 400 * 24 * 3600
MAX_KNOWN = 8
HASH_BYTES = 16


@dataclass(frozen=True)
class Device:
    """`id` is 32 hex digits; `known` are marks of the accounts that signed in here, the newest last."""

    id: str
    known: tuple[str, ...] = ()


def cookie_name() -> str:
    return "__Host-kheo-device" if current_app.config["KHEO"].is_https else "kheo-device"


def find_device() -> Device | None:
    """The device that the request names, or None on its first visit."""
    if "device" not in g:
        g.device = _read(request.cookies.get(cookie_name(), ""))
    found: Device | None = g.device
    return found


def this_device() -> Device:
    """The device that asks; a new one is told its name with the answer."""
    return find_device() or _keep(Device(secrets.token_hex(16)))


def device_hash() -> bytes:
    """What is kept of the device as a trace."""
    return hashlib.sha256(this_device().id.encode()).digest()[:HASH_BYTES]


def knows(public_id: str) -> bool:
    """Has this account signed in on this device before?"""
    device = find_device()
    return device is not None and _mark(public_id) in device.known


def remember(public_id: str) -> None:
    """The account signed in here."""
    device, mark = this_device(), _mark(public_id)
    if mark not in device.known:
        _keep(replace(device, known=(*device.known, mark)[-MAX_KNOWN:]))


def _mark(public_id: str) -> str:
    return hashlib.sha256(public_id.encode()).hexdigest()[:12]


def _keep(device: Device) -> Device:
    g.device = device
    g.device_to_tell = device
    return device


def _signer() -> URLSafeSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt="device")


def _read(cookie: str) -> Device | None:
    try:
        identity, *known = _signer().loads(cookie)
    except BadSignature:
        return None
    return Device(identity, tuple(known))


def init_app(app: Flask) -> None:
    @app.after_request
    def tell_device(response: Response) -> Response:
        device: Device | None = g.pop("device_to_tell", None)
        if device is not None:
            response.set_cookie(
                cookie_name(),
                _signer().dumps([device.id, *device.known]),
                max_age=MAX_AGE,
                secure=app.config["KHEO"].is_https,
                httponly=True,
                samesite="Lax",
            )
        return response
