"""What every template may use."""

from typing import Any

from flask import Flask

from app import clock


def init_app(app: Flask) -> None:
    config = app.config["KHEO"]

    @app.context_processor
    def common_values() -> dict[str, Any]:
        return {"demo": config.is_demo, "support_phone": config.support_phone, "server_now": clock.now()}
