"""The formats that templates use, by the same names."""

from flask import Flask

from app import formats
from app.text import initials, public_name

FORMATS = (
    formats.vn_date,
    formats.vn_time,
    formats.vn_seconds,
    formats.vn_datetime,
    formats.vn_weekday,
    formats.vn_number,
    formats.vn_percent,
    formats.vn_money,
    formats.vn_duration,
    formats.receipt_code,
)


def init_app(app: Flask) -> None:
    for function in (*FORMATS, public_name, initials):
        app.add_template_filter(function)
