"""Every template: it compiles, obeys the content security policy, extends a base and uses what it imports."""

import re
import unicodedata

import pytest
from jinja2 import nodes

from app.factory import create_app
from tests.architecture import APP, ROOT
from tests.engines import make_config

TEMPLATES = sorted(APP.rglob("templates/**/*.html"))
# Macros that draw from constants of their own; everywhere else text is escaped.
MAY_SAY_SAFE = {"macros/icons.html"}
PARTS = ("macros", "parts")
JINJA = re.compile(r"{{.*?}}|{%.*?%}|{#.*?#}", re.DOTALL)
INLINE = {
    "a style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an event attribute": re.compile(r"<[a-z][^>]*\s(data-)?(hx-)?on[a-z:-]+\s*=", re.IGNORECASE),
    "a script without a source": re.compile(r"<script\b(?![^>]*\ssrc=)", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "a foreign address": re.compile(r"\s(src|href|action)\s*=\s*[\"']?(https?:)?//", re.IGNORECASE),
}


@pytest.fixture(scope="module")
def environment():
    return create_app(make_config("sqlite:///:memory:")).jinja_env


@pytest.fixture(params=TEMPLATES, ids=[str(path.relative_to(APP)) for path in TEMPLATES])
def template(request):
    return request.param


def name_of(template):
    """The name that render_template uses."""
    parts = template.relative_to(APP).parts
    return "/".join(parts[parts.index("templates") + 1 :])


def test_template_compiles(environment, template):
    environment.compile(template.read_text(encoding="utf-8"), filename=str(template))


def test_template_names_exist(environment, template):
    tree = environment.parse(template.read_text(encoding="utf-8"))
    references = tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport))
    known = {name_of(path) for path in TEMPLATES}

    assert [
        node.template.value
        for node in references
        if isinstance(node.template, nodes.Const) and node.template.value not in known
    ] == []


def test_template_has_nothing_inline(template):
    markup = JINJA.sub(blank, template.read_text(encoding="utf-8"))

    assert [what for what, pattern in INLINE.items() if pattern.search(markup)] == []


def blank(match):
    """As long as the expression was, so that what surrounds it stays apart."""
    return "x" * len(match.group())


def test_template_uses_what_it_imports(environment, template):
    tree = environment.parse(template.read_text(encoding="utf-8"))
    used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}

    assert imported_names(tree) - used == set()


def imported_names(tree):
    names = {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        names |= {name[1] if isinstance(name, tuple) else name for name in node.names}
    return names


def test_template_extends_a_base(environment, template):
    tree = environment.parse(template.read_text(encoding="utf-8"))
    is_frame = template.name.startswith("base") or template.parent.name in PARTS

    assert is_frame or tree.find(nodes.Extends) is not None


def test_template_escapes_its_values(environment, template):
    tree = environment.parse(template.read_text(encoding="utf-8"))
    filters = {node.name for node in tree.find_all(nodes.Filter)}

    assert name_of(template) in MAY_SAY_SAFE or "safe" not in filters
    assert tree.find(nodes.ScopedEvalContextModifier) is None


def test_text_is_in_one_form():
    texts = [path for suffix in ("py", "html", "js", "css") for path in APP.rglob(f"*.{suffix}")]

    assert [
        str(path.relative_to(ROOT))
        for path in texts
        if not unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))
    ] == []
