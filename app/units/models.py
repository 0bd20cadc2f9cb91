"""Units: one dated tree per series, and what became of each unit."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, OrderedText


class UnitSeries(Base):
    """A tree of units: "vn-2024" (province, district, commune), "vn-2025" (province, commune), "own"."""

    __tablename__ = "unit_series"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Unit(Base):
    """One unit of one series. `path` is "/20/182/06634/": a subtree is a prefix range.

    `search` is rules.search_text. A unit lives as long as its series; `valid_to` is set on one that
    ended earlier: it stays where it was chosen and is offered no more.
    """

    __tablename__ = "units"
    __table_args__ = (UniqueConstraint("series_code", "code"), UniqueConstraint("series_code", "path"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    series_code: Mapped[str] = mapped_column(ForeignKey("unit_series.code"))
    code: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    full_name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    path: Mapped[str] = mapped_column(OrderedText)
    depth: Mapped[int]
    is_leaf: Mapped[bool]
    search: Mapped[str]
    sort_key: Mapped[str] = mapped_column(OrderedText)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class UnitSuccession(Base):
    """Where an old unit went. `is_whole` None: not known whether all or a part."""

    __tablename__ = "unit_successions"

    old_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    new_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    is_whole: Mapped[bool | None]
