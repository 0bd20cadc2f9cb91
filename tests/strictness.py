"""What the suite demands of itself: no skipped test, and the same tests on both engines."""

from collections import defaultdict

import pytest

ENGINES = ("postgresql", "sqlite")
ONLY = {"postgresql_only": "postgresql", "sqlite_only": "sqlite"}


def pytest_generate_tests(metafunc):
    if "engine" in metafunc.fixturenames:
        marks = {mark.name for mark in metafunc.definition.iter_markers()}
        chosen = [engine for mark, engine in ONLY.items() if mark in marks] or ENGINES
        metafunc.parametrize("engine", chosen, indirect=True)


def pytest_collection_modifyitems(items):
    for item in items:
        engine = engine_of(item)
        if engine:
            item.user_properties += [("engine", engine), ("twin", twin_of(item, engine))]


def engine_of(item):
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("engine") if callspec else None


def twin_of(item, engine):
    """The test's id without its engine; empty for a test that belongs to one engine alone."""
    if any(item.get_closest_marker(mark) for mark in ONLY):
        return ""
    parts = item.callspec.id.split("-")
    parts.remove(engine)
    return f"{item.nodeid.removesuffix(f'[{item.callspec.id}]')}[{'-'.join(parts)}]"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport():
    report = yield
    return refuse_skip(report)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report():
    report = yield
    return refuse_skip(report)


def refuse_skip(report):
    """A skipped test is a failed one: what it needs must be there. So is one that is expected to fail."""
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"Skipping is not allowed here: {reason.removeprefix('Skipped: ')}"
        vars(report).pop("wasxfail", None)
    return report


class EngineCount:
    """Counts the tests of each engine; a whole run fails if the engines did not run the same ones."""

    def __init__(self, config):
        self.is_whole_run = not (
            config.option.keyword
            or config.option.markexpr
            or config.option.maxfail
            or config.option.collectonly
            or config.getoption("lf", False)
            or any("::" in argument for argument in config.args)
        )
        self.twins = defaultdict(set)
        self.alone = defaultdict(set)
        self.others = set()

    def pytest_runtest_logreport(self, report):
        properties = dict(report.user_properties)
        engine = properties.get("engine")
        if engine is None:
            self.others.add(report.nodeid)
        elif properties["twin"]:
            self.twins[engine].add(properties["twin"])
        else:
            self.alone[engine].add(report.nodeid)

    @property
    def different(self):
        return sorted(self.twins["postgresql"] ^ self.twins["sqlite"])

    def pytest_sessionfinish(self, session):
        if self.is_whole_run and self.different and session.exitstatus in (0, 1):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        counts = [
            f"{engine} {len(self.twins[engine])} + {len(self.alone[engine])} of its own" for engine in ENGINES
        ]
        terminalreporter.write_sep("-", "tests per engine")
        terminalreporter.write_line(f"{', '.join(counts)}, without a database {len(self.others)}")
        if self.is_whole_run:
            for twin in self.different:
                terminalreporter.write_line(f"FAILED: ran on one engine only: {twin}", red=True)
