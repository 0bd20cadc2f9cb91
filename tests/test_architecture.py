"""The law of the house. A failure names the file and what it may not do."""

import ast
import subprocess
import sys

import pytest

from tests.architecture import (
    APP,
    ASSEMBLY,
    EDGE_LIBRARIES,
    EDGE_ROOMS,
    FEATURES,
    IMPURE,
    PURE_LIBRARIES,
    PURE_ROOMS,
    ROLES,
    ROOT,
    Module,
    core_modules,
    feature_modules,
    feature_of,
    is_within,
    modules,
    role_of,
)

MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 40
MOST_LINES_OF_A_TEMPLATE = 150
SQL_WORDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "CREATE")
WITHOUT_HEAVY_ENGINES = """
import sys
from app.factory import create_app
from config import Config
create_app(Config("test", "a key of thirty-two letters or more", "sqlite:///:memory:"))
print(*sorted({"weasyprint", "docxtpl"} & sys.modules.keys()))
"""


def test_every_package_is_a_feature_or_a_shared_room():
    packages = {path.name for path in APP.iterdir() if (path / "__init__.py").exists()}

    assert packages - set(FEATURES) <= {"web", "audit", "jobs", "files"}


def test_every_file_of_a_feature_has_a_role():
    assert [module.name for module in feature_modules() if not module.role] == []


def test_features_import_only_earlier_features():
    assert [
        f"{module.name} imports {name}"
        for module in feature_modules()
        for name in module.imports
        if feature_of(name) and FEATURES.index(feature_of(name)) > FEATURES.index(module.feature)
    ] == []


def test_features_import_only_the_core_of_other_features():
    assert [
        f"{module.name} imports {name}"
        for module in feature_modules()
        for name in module.imports
        if feature_of(name) not in (None, module.feature) and role_of(name) not in ROLES[:-1]
    ] == []


def test_files_import_only_earlier_roles():
    assert [
        f"{module.name} imports {name}"
        for module in [*feature_modules(), *core_modules()]
        if module.role
        for name in module.imports
        if feature_of(name) and role_of(name) and ROLES.index(role_of(name)) > ROLES.index(module.role)
    ] == []


def test_shared_rooms_import_no_feature():
    assert [
        f"{module.name} imports {name}"
        for module in modules()
        if module.feature is None and module.name not in ASSEMBLY
        for name in module.imports
        if feature_of(name)
    ] == []


def test_nothing_imports_the_assembly():
    assert [
        f"{module.name} imports {name}"
        for module in modules()
        if module.name not in ASSEMBLY
        for name in module.imports & ASSEMBLY
    ] == []


def test_rules_are_pure():
    def is_pure(name):
        if name.startswith("app."):
            return is_within(name, PURE_ROOMS) or role_of(name) == "rules"
        library = name.partition(".")[0]
        return library in PURE_LIBRARIES or (library in sys.stdlib_module_names and library not in IMPURE)

    assert [
        f"{module.name} imports {name}"
        for module in modules()
        if module.role == "rules"
        for name in module.imports
        if not is_pure(name)
    ] == []


def test_the_core_knows_neither_request_nor_clock():
    assert [
        f"{module.name} imports {name}"
        for module in core_modules()
        for name in module.imports
        if is_within(name, EDGE_ROOMS) or name.partition(".")[0] in EDGE_LIBRARIES
    ] == []


def test_the_core_neither_commits_nor_opens_transactions():
    assert [
        f"{module.name}: {owner}.{method}()"
        for module in core_modules()
        for owner, method in module.calls
        if method in ("begin", "commit", "rollback")
    ] == []


def test_only_the_clock_reads_the_time():
    readings = {"now", "utcnow", "today", "time", "time_ns"}
    assert [
        f"{module.name}: {owner}.{method}()"
        for module in modules()
        if module.name != "app.clock"
        for owner, method in module.calls
        if method in readings and owner in ("datetime", "date", "time")
    ] == []


def test_only_developers_shift_the_clock():
    assert [
        module.name
        for module in modules()
        if module.feature != "developers" and ("clock", "shift") in module.calls
    ] == []


def test_the_demo_is_made_by_services():
    developers = [module for module in feature_modules() if module.feature == "developers"]
    assert [
        f"{module.name} imports {name}"
        for module in developers
        for name in module.imports
        if feature_of(name) not in (None, "developers") and role_of(name) in ("models", "edge")
    ] == []
    assert [
        f"{module.name}: db.session.{method}()"
        for module in developers
        for owner, method in module.calls
        if owner == "db.session" and method not in ("commit", "rollback", "connection")
    ] == []


def test_imports_stand_at_the_top():
    assert [
        f"{module.name}:{node.lineno}"
        for module in modules()
        for function in functions_of(module)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ] == []


def functions_of(module):
    return [
        node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_imports_name_their_module_in_full():
    assert [
        f"{module.name}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and (node.level or any(alias.name == "*" for alias in node.names))
    ] == []


def test_package_files_are_empty():
    packages = [path for path in APP.rglob("__init__.py") if path.parent != APP]

    assert [str(path.relative_to(ROOT)) for path in packages if path.read_text()] == []


@pytest.mark.parametrize("banned", ["utils", "helpers", "common", "misc"])
def test_no_drawer_for_everything(banned):
    assert [str(path) for path in APP.rglob("*") if path.stem == banned] == []


def test_files_are_short():
    assert [
        f"{module.name}: {count}"
        for module in modules()
        if (count := len(module.path.read_text().splitlines())) > MOST_LINES_OF_A_FILE
    ] == []


def test_functions_are_short():
    assert [
        f"{module.name}.{function.name}: {count}"
        for module in modules()
        for function in functions_of(module)
        if (count := lines_without_sql(function)) > MOST_LINES_OF_A_FUNCTION
    ] == []


def lines_without_sql(function):
    texts = [node for node in ast.walk(function) if isinstance(node, ast.Constant)]
    sql = [node for node in texts if str(node.value).lstrip().startswith(SQL_WORDS)]
    return function.end_lineno - function.lineno + 1 - sum(node.end_lineno - node.lineno for node in sql)


def test_templates_are_short():
    assert [
        f"{path.relative_to(ROOT)}: {count}"
        for path in APP.rglob("templates/**/*.*")
        if path.suffix != ".docx" and (count := len(path.read_text().splitlines())) > MOST_LINES_OF_A_TEMPLATE
    ] == []


def test_migrations_stand_alone():
    migrations = [Module(path) for path in (ROOT / "migrations").rglob("*.py")]

    assert [
        f"{module.name} imports {name}"
        for module in migrations
        for name in module.imports
        if name.partition(".")[0] in ("app", "config", "tests")
    ] == []


def test_the_question_bank_is_content():
    assert [str(path) for path in (ROOT / "question_bank").rglob("*.py")] == []


def test_the_web_process_loads_no_document_engine():
    loaded = subprocess.run(
        [sys.executable, "-c", WITHOUT_HEAVY_ENGINES], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert loaded.stdout.split() == []
