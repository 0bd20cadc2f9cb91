"""Reading the source as the import law sees it: modules, their feature, their role, what they import."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parent.parent
APP = ROOT / "app"

# Each feature imports only those before it.
FEATURES = (
    "units",
    "accounts",
    "questions",
    "contests",
    "enrolments",
    "attempts",
    "ranking",
    "integrity",
    "complaints",
    "analysis",
    "entries",
    "participation",
    "rosters",
    "emulation",
    "commendation",
    "privacy",
    "portal",
    "admin",
    "verify",
    "developers",
)

# Each file imports only from files of its own role or of those before it.
ROLES = ("rules", "models", "queries", "services", "edge")
ROLE_OF_FILE = {
    "rules": "rules",
    "policy": "rules",
    "draw": "rules",
    "wording": "rules",
    "kiem_tra_ket_qua": "rules",
    "charts": "rules",
    "models": "models",
    "queries": "queries",
    "statements": "queries",
    "services": "services",
    "importer": "services",
    "reader": "services",
    "writer": "services",
    "documents": "services",
    "forms": "edge",
    "views": "edge",
    "staff": "edge",
    "organiser": "edge",
    "jobs": "edge",
    "cli": "edge",
    "child": "edge",
    "login": "edge",
    "passwords": "edge",
}

# They put the application together, so they know every feature; no feature knows them.
ASSEMBLY = {"app", "app.factory", "app.models", "app.timetable", "app.worker"}
# Rooms that see requests, the clock or transactions; the core of a feature stays out of them.
EDGE_ROOMS = {"app.clock", "app.web", "app.jobs.runner"}
# Rooms without a database or a request, open to rules.
PURE_ROOMS = {"app.errors", "app.formats", "app.localtime", "app.permissions", "app.text"}
PURE_LIBRARIES = {"markdown_it", "markupsafe", "nh3", "phonenumbers"}
# Standard modules that know the time, chance, the machine or the network.
IMPURE = {"os", "random", "secrets", "shutil", "socket", "subprocess", "tempfile", "threading", "time"}
EDGE_LIBRARIES = {"click", "flask", "flask_limiter", "flask_login", "flask_wtf", "redis", "rq", "wtforms"}


@dataclass(frozen=True)
class Module:
    path: Path

    @cached_property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def feature(self) -> str | None:
        return feature_of(self.name)

    @cached_property
    def role(self) -> str:
        """A role of ROLES, or "" for a file whose name tells none."""
        return role_of(self.name)

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"), self.path)

    @cached_property
    def imports(self) -> set[str]:
        """Dotted names of the modules imported, wherever the import stands."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                source = node.module or ""
                found |= {submodule(source, alias.name) for alias in node.names}
        return found

    @cached_property
    def calls(self) -> list[tuple[str, str]]:
        """(object, method) of every call written as object.method(...)."""
        functions = [node.func for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        return [
            (ast.unparse(function.value), function.attr)
            for function in functions
            if isinstance(function, ast.Attribute)
        ]


def submodule(source: str, name: str) -> str:
    """`from source import name` names a module if there is one, otherwise something in `source`."""
    inside = ROOT.joinpath(*source.split("."), name)
    return f"{source}.{name}" if inside.with_suffix(".py").exists() or inside.is_dir() else source


def feature_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FEATURES else None


def role_of(name: str) -> str:
    """By the file's name or its last word: password_rules.py holds rules."""
    stem = name.rpartition(".")[2]
    return ROLE_OF_FILE.get(stem) or ROLE_OF_FILE.get(stem.rpartition("_")[2], "")


def is_within(name: str, rooms: set[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def modules() -> list[Module]:
    return [Module(path) for path in sorted(APP.rglob("*.py"))]


def feature_modules() -> list[Module]:
    return [module for module in modules() if module.feature and module.path.name != "__init__.py"]


def core_modules() -> list[Module]:
    """Rules, models, queries and services, those of the shared rooms included."""
    return [module for module in modules() if module.role in ROLES[:-1] and module.name not in ASSEMBLY]
