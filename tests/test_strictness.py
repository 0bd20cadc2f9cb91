"""What the suite demands of itself, shown on small suites that break it."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent
CONFTEST = """
import pytest
from tests import strictness

def pytest_configure(config):
    config.pluginmanager.register(strictness)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(strictness.EngineCount(config))

@pytest.fixture
def engine(request):
    return request.param
"""


@pytest.fixture
def suite(pytester, monkeypatch):
    """Run a small suite under the same demands, in a process of its own."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(CONFTEST)
    pytester.makeini("[pytest]\nmarkers =\n    postgresql_only\n    sqlite_only\n")

    def run(test, *arguments):
        pytester.makepyfile(test_small=test)
        return pytester.runpytest_subprocess("-p", "no:randomly", *arguments)

    return run


@pytest.mark.parametrize(
    "test",
    [
        "import pytest\ndef test_it():\n    pytest.skip('no server')",
        "import pytest\n@pytest.mark.skip(reason='no server')\ndef test_it(): pass",
        "import pytest\n@pytest.fixture\ndef it():\n    pytest.skip('no server')\ndef test_it(it): pass",
        "import pytest\npytest.skip('no server', allow_module_level=True)",
    ],
    ids=["in the test", "by mark", "in a fixture", "the whole file"],
)
@pytest.mark.parametrize("workers", ["-n0", "-n1"])
def test_a_skip_is_a_failure(suite, test, workers):
    result = suite(test, workers)

    assert result.ret != 0
    assert "skipped" not in result.parseoutcomes()
    result.stdout.fnmatch_lines(["*Skipping is not allowed here: no server*"])


def test_an_expected_failure_is_a_failure_too(suite):
    result = suite("import pytest\n@pytest.mark.xfail\ndef test_it(): assert False")

    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_the_tests_of_each_engine_are_counted(suite, workers):
    result = suite(
        "import pytest\n"
        "@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_both(engine, n): pass\n"
        "@pytest.mark.sqlite_only\n"
        "def test_one(engine): assert engine == 'sqlite'\n"
        "def test_none(): pass\n",
        workers,
    )

    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(
        ["postgresql 2 + 0 of its own, sqlite 2 + 1 of its own, without a database 1"]
    )


LOPSIDED = """
def test_both(engine): pass
"""
DESELECT = "--deselect=test_small.py::test_both[sqlite]"


def test_a_whole_run_fails_if_the_engines_ran_different_tests(suite):
    result = suite(LOPSIDED, DESELECT)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["FAILED: ran on one engine only: test_small.py::test_both*"])


def test_a_chosen_part_may_run_on_one_engine(suite):
    assert suite(LOPSIDED, "-k", "sqlite").ret == pytest.ExitCode.OK
