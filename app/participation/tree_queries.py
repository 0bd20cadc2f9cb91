"""Into which rows the units of a place fall, in the contest's own tree or in a later one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.participation.place_queries import Place
from app.units.models import Unit, UnitSeries, UnitSuccession
from app.units.queries import children_of, under
from app.units.rules import paths_above


@dataclass(frozen=True)
class Group:
    """A row: `unit` is what it stands for, `members` the contest's units whose subtrees it adds up."""

    unit: Unit
    members: tuple[Unit, ...]


@dataclass(frozen=True)
class Layout:
    """What a place is added up from. `whole` are disjoint subtrees of the contest's tree.

    `split` units are in the total and in no group, because nobody knows who went where; those in
    `left_out` went to the place only in part and are not in its total.
    """

    whole: tuple[Unit, ...]
    groups: tuple[Group, ...]
    split: tuple[Unit, ...] = ()
    left_out: tuple[Unit, ...] = ()


def trees_of(place: Place) -> Sequence[UnitSeries]:
    """The contest's own tree first, then those that its units went into."""
    own, old, new = place.contest.series_code, aliased(Unit), aliased(Unit)
    later = (
        select(new.series_code)
        .join(UnitSuccession, UnitSuccession.new_unit_id == new.id)
        .join(old, old.id == UnitSuccession.old_unit_id)
        .where(old.series_code == own)
    )
    query = select(UnitSeries).where(or_(UnitSeries.code == own, UnitSeries.code.in_(later)))
    return sorted(db.session.scalars(query), key=lambda series: (series.code != own, series.code))


def layout_of(place: Place, tree: str) -> Layout:
    """The rows of the place under `tree`, a series' code."""
    if not place.is_native:
        return _seen_from_later(place, tree)
    if tree == place.contest.series_code:
        groups = tuple(Group(child, (child,)) for child in children_of(place.unit))
        return Layout((place.unit,), groups)
    return _turned_into(place.unit, tree)


def _turned_into(unit: Unit, tree: str) -> Layout:
    """The subtree of `unit`, regrouped by the units of a later tree that its units wholly went to."""
    fates = _fates(tree, under(unit))
    if not fates:  # a unit below one that went somewhere goes with it
        above = list(paths_above(unit.path))
        ours = _fates(tree, Unit.series_code == unit.series_code, Unit.path.in_(above))
        fates = [(unit, successor, is_whole) for _, successor, is_whole in ours]
    groups, split = _sort_out(fates)
    known = {old.path for old, _, _ in fates}
    bottom = db.session.scalars(select(Unit).where(under(unit), Unit.is_leaf).order_by(Unit.path))
    lost = [leaf for leaf in bottom if known.isdisjoint(paths_above(leaf.path))]
    return Layout((unit,), groups, (*split, *lost))


def _seen_from_later(place: Place, tree: str) -> Layout:
    """What wholly went to the place's unit, by the units right below it; one by one where there are
    none, or when the old tree is asked for."""
    scope = db.session.get_one(Unit, place.contest.scope_unit_id)
    fates = _fates(place.unit.series_code, under(scope))
    touched = {old.id for old, successor, _ in fates if _is_in(successor, place.unit)}
    partly = {old.id for old, successor, _ in fates if not _is_in(successor, place.unit)}
    partly |= {old.id for old, _, is_whole in fates if is_whole is None}
    groups, split = _sort_out([fate for fate in fates if fate[0].id in touched])
    inside = tuple(unit for unit in split if unit.id not in partly)
    whole = (*(member for group in groups for member in group.members), *inside)
    children = children_of(place.unit)
    if not children or tree == place.contest.series_code:
        groups, inside = tuple(Group(member, (member,)) for member in whole), ()
    else:
        groups = _under_children(groups, children)
    return Layout(whole, groups, inside, tuple(unit for unit in split if unit.id in partly))


def _under_children(groups: Sequence[Group], children: Sequence[Unit]) -> tuple[Group, ...]:
    """The groups' members by the child that their unit is or stands below."""
    return tuple(
        Group(child, tuple(one for group in groups if _is_in(group.unit, child) for one in group.members))
        for child in children
    )


def _is_in(unit: Unit, root: Unit) -> bool:
    return unit.path.startswith(root.path)


def _fates(tree: str, *conditions: ColumnElement[bool]) -> list[tuple[Unit, Unit, bool | None]]:
    """(old unit, its successor in `tree`, is it wholly that), in the order of the old tree.

    Provinces are left out: what became of their units says it better.
    """
    new = aliased(Unit)
    query = (
        select(Unit, new, UnitSuccession.is_whole)
        .join(UnitSuccession, UnitSuccession.old_unit_id == Unit.id)
        .join(new, new.id == UnitSuccession.new_unit_id)
        .where(new.series_code == tree, Unit.parent_id.is_not(None), *conditions)
        .order_by(Unit.path, new.path)
    )
    return [(old, successor, is_whole) for old, successor, is_whole in db.session.execute(query)]


def _sort_out(
    fates: Iterable[tuple[Unit, Unit, bool | None]],
) -> tuple[tuple[Group, ...], tuple[Unit, ...]]:
    """Groups by successor in the order of names, and the units that were split or may have been."""
    successors: dict[int, list[tuple[Unit, Unit, bool | None]]] = {}
    for fate in fates:
        successors.setdefault(fate[0].id, []).append(fate)
    whole: dict[int, list[tuple[Unit, Unit]]] = {}
    split = []
    for (old, new, is_whole), *others in successors.values():
        if is_whole and not others:
            whole.setdefault(new.id, []).append((old, new))
        else:
            split.append(old)
    groups = [Group(pairs[0][1], tuple(old for old, _ in pairs)) for pairs in whole.values()]
    return tuple(sorted(groups, key=lambda group: group.unit.sort_key)), tuple(split)
