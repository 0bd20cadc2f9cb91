"""Converters that addresses share."""

ROUND_NUMBER = "int(min=1, max=9999)"
