"""The contest's rules text: Markdown without HTML, as HTML that is safe on our pages."""

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "strong", "em", "a", "blockquote", "code", "pre"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}
FIRST_HEADING, LAST_HEADING = 3, 6
_READER = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_HTML_FINDER = MarkdownIt("commonmark", {"html": True})


def to_html(markdown: str) -> Markup:
    """Sanitised HTML. Headings begin at h3, because the page has its own h1 and h2; pictures stay text."""
    tokens = _READER.parse(markdown)
    _lower_headings(tokens)
    html = _READER.renderer.render(tokens, _READER.options, {})
    safe = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer"
    )
    return Markup(safe)  # noqa: S704 -- cleaned on the line before


def has_html(markdown: str) -> bool:
    """Does the text use HTML tags? They are refused when it is written, and would be shown as text."""
    return any(
        token.type in ("html_block", "html_inline")
        for block in _HTML_FINDER.parse(markdown)
        for token in (block, *(block.children or ()))
    )


def _lower_headings(tokens: list[Token]) -> None:
    """The levels in use, highest first, become h3, h4, …"""
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    levels = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(FIRST_HEADING + levels.index(token.tag), LAST_HEADING)}"
