"""What every template may use."""

from typing import Any

from flask import Flask
from flask_login import current_user

from app import clock
from app.permissions import Permission, may


def init_app(app: Flask) -> None:
    config = app.config["KHEO"]

    @app.context_processor
    def common_values() -> dict[str, Any]:
        return {
            "allows": allows,
            "demo": config.is_demo,
            "support_phone": config.support_phone,
            "server_now": clock.now(),
        }


def allows(permission: str) -> bool:
    """May the person who reads open pages that need this permission? Decides on links only."""
    return may(current_user.grants, Permission(permission))
