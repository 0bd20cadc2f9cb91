"""Read and fill Word templates. Loads the filling engine: only template_child imports this module.

A template may print the fields of its kind, go through its lists, and choose between texts; nothing
else of the template language is let through, and values stand only where text stands.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from app.commendation import template_rules as rules
from app.commendation.package_reader import check_package
from app.commendation.template_rules import Kind, Rows
from app.errors import BadInput

FILTERS = frozenset({"upper", "lower", "capitalize", "trim", "length"})
LOOP = frozenset({"index", "first", "last", "length"})
IN_TEXT = re.compile(r"<w:t(?: [^<>]*)?(?<!/)>[^<>]*\Z")
MOST_STATES = 16
PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")

UNKNOWN = "Mẫu dùng trường “{name}”, loại văn bản này không có trường đó."
IS_LIST = "“{name}” là danh sách: bạn dùng vòng lặp {{% tr for … in {name} %}} để in từng dòng."
NOT_LIST = "“{name}” không phải danh sách nên không lặp được."
NOT_ALLOWED = "Mẫu có lệnh không dùng được: chỉ được in trường, lặp danh sách và chọn theo điều kiện."
NESTED = "Mẫu có vòng lặp nằm trong vòng lặp khác: bạn tách ra thành hai bảng."
OUTSIDE_TEXT = "Trường “{name}” không nằm trong chữ của văn bản: bạn gõ lại trường đó như gõ chữ thường."
SYNTAX = "Mẫu có trường hoặc lệnh viết sai: {detail}. Bạn xem lại các dấu ngoặc {{{{ }}}} và {{% %}}."
LAYOUT = "Sau khi điền, bố cục của mẫu bị vỡ: mỗi lệnh lặp, lệnh điều kiện phải mở và đóng cùng một cấp."
IN_PROPERTIES = "Thuộc tính của tệp (tên, tác giả) có dấu ngoặc của trường: bạn xoá đi rồi lưu lại."


def check(content: bytes, kind: Kind) -> None:
    """Look at the file, then fill it with samples, with rows and without. Raises BadInput with the reason."""
    check_package(content)
    for rows in (0, 2):
        fill(content, kind, rules.sample(kind, rows=rows))


def fill(content: bytes, kind: Kind, values: Mapping[str, Any]) -> bytes:
    """The document. Raises BadInput when the template is none of this kind."""
    rules.check_values(kind, values)
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        template = DocxTemplate(io.BytesIO(content))
        template.init_docx()
        for source in _sources(template):
            _check_source(environment.parse(source), kind)
        _check_layout(template, environment, values)
        template.render(dict(values), jinja_env=environment, autoescape=True)
    except TemplateError as error:
        raise BadInput(SYNTAX.format(detail=f"dòng {getattr(error, 'lineno', 1) or 1}")) from error
    target = io.BytesIO()
    template.save(target)
    return target.getvalue()


def _sources(template: DocxTemplate) -> Iterator[str]:
    """Every part that the engine fills, as it reads it. Raises BadInput."""
    for name in PROPERTIES:
        if re.search(r"\{[{%#]", str(getattr(template.docx.core_properties, name) or "")):
            raise BadInput(IN_PROPERTIES)
    yield template.patch_xml(template.get_xml())
    for part in template.docx.part.package.iter_parts():
        if part.content_type.endswith(("header+xml", "footer+xml", "footnotes+xml")):
            yield template.patch_xml(template.get_part_xml(part))


def _check_layout(template: DocxTemplate, environment: Any, values: Mapping[str, Any]) -> None:
    """The engine mends broken markup silently; we would rather say so."""
    template.render_init()
    try:
        etree.fromstring(template.build_xml(dict(values), environment).encode())
    except etree.XMLSyntaxError as error:
        raise BadInput(LAYOUT) from error


def _check_source(tree: nodes.Template, kind: Kind) -> None:
    _Checker(kind).body(tree.body, {""}, None)


class _Checker:
    """One walk through a template in the order of its text.

    What was written before a point is kept as the text since the last tag began; after a choice or a loop
    there are several such texts, and whatever follows must be right after each of them.
    """

    def __init__(self, kind: Kind) -> None:
        self.scalars = {field.name for field in rules.scalars_of(kind)}
        self.lists = {listed.name: listed for listed in rules.rows_of(kind)}

    def body(self, body: Iterable[nodes.Node], before: set[str], row: tuple[str, Rows] | None) -> set[str]:
        """Raises BadInput; returns what may stand before whatever follows."""
        for node in body:
            if isinstance(node, nodes.Output):
                before = self.output(node, before, row)
            elif isinstance(node, nodes.If):
                self.expression(node.test, row)
                branches = [node.body, *(branch.body for branch in node.elif_), node.else_]
                for branch in node.elif_:
                    self.expression(branch.test, row)
                before = set().union(*(self.body(branch, before, row) for branch in branches))
            elif isinstance(node, nodes.For):
                before = self.loop(node, before, row)
            else:
                raise BadInput(NOT_ALLOWED)
            if len(before) > MOST_STATES:
                raise BadInput(NOT_ALLOWED)
        return before

    def loop(self, node: nodes.For, before: set[str], row: tuple[str, Rows] | None) -> set[str]:
        if row is not None:
            raise BadInput(NESTED)
        if not isinstance(node.target, nodes.Name) or not isinstance(node.iter, nodes.Name):
            raise BadInput(NOT_ALLOWED)
        if node.test is not None or node.recursive or node.else_ or node.target.name == "loop":
            raise BadInput(NOT_ALLOWED)
        name = node.iter.name
        if name not in self.lists:
            raise BadInput((NOT_LIST if name in self.scalars else UNKNOWN).format(name=name))
        inner = (node.target.name, self.lists[name])
        once = self.body(node.body, before, inner)
        return before | self.body(node.body, once, inner)

    def output(self, node: nodes.Output, before: set[str], row: tuple[str, Rows] | None) -> set[str]:
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                before = {_since_last_tag(text + part.data) for text in before}
                continue
            self.expression(part, row, is_printed=True)
            if not all(IN_TEXT.search(text) for text in before):
                raise BadInput(OUTSIDE_TEXT.format(name=_name_of(part)))
        return before

    def expression(self, node: nodes.Node, row: tuple[str, Rows] | None, *, is_printed: bool = False) -> None:
        """Raises BadInput for anything but fields, plain texts and numbers, choices and comparisons."""
        if isinstance(node, nodes.Name):
            self.name(node.name, row, is_printed=is_printed)
        elif isinstance(node, nodes.Getattr):
            self.part_of_row(node, row)
        elif isinstance(node, nodes.Filter):
            is_plain = not (node.args or node.kwargs or node.dyn_args or node.dyn_kwargs)
            if node.name not in FILTERS or not is_plain or node.node is None:
                raise BadInput(NOT_ALLOWED)
            self.expression(node.node, row, is_printed=is_printed and node.name != "length")
        elif isinstance(
            node, nodes.And | nodes.Or | nodes.Not | nodes.Compare | nodes.Operand | nodes.CondExpr
        ):
            for child in node.iter_child_nodes():
                self.expression(child, row)
        elif not isinstance(node, nodes.Const):
            raise BadInput(NOT_ALLOWED)

    def name(self, name: str, row: tuple[str, Rows] | None, *, is_printed: bool) -> None:
        if name in self.scalars:
            return
        if name in self.lists:
            if is_printed:
                raise BadInput(IS_LIST.format(name=name))
            return
        if row is not None and name == row[0]:
            raise BadInput(NOT_ALLOWED)
        raise BadInput(UNKNOWN.format(name=name))

    def part_of_row(self, node: nodes.Getattr, row: tuple[str, Rows] | None) -> None:
        owner = node.node.name if isinstance(node.node, nodes.Name) else ""
        if row is None or owner not in (row[0], "loop"):
            raise BadInput(UNKNOWN.format(name=f"{owner or '…'}.{node.attr}"))
        known = LOOP if owner == "loop" else {field.name for field in row[1].fields}
        if node.attr not in known:
            raise BadInput(UNKNOWN.format(name=f"{owner}.{node.attr}"))


def _since_last_tag(text: str) -> str:
    return text[text.rfind("<") :] if "<" in text else text


def _name_of(node: nodes.Node) -> str:
    named = next(node.find_all(nodes.Name), None) if not isinstance(node, nodes.Name) else node
    return named.name if named is not None else "…"
