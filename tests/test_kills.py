"""Acknowledged saves survive kill -9: the short form of `python -m bench kills`."""

import pytest

from bench import kills


@pytest.mark.postgresql_only
@pytest.mark.timeout(240)
def test_no_acknowledged_save_is_lost_to_kills():
    report = kills.run(kills.SHORT)

    assert (report.lost, report.wrongly_scored) == ([], [])
    assert report.acknowledged >= kills.SHORT.saves
    assert (report.worker_kills, report.database_kills) == (3, 1)
    assert min(report.in_flight) > 0
    assert report.submitted > 0
