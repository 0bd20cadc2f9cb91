"""The rules text: Markdown in, harmless HTML out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contests.markdown_rules import has_html, to_html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("Một **đậm** và *nhẹ*.", "<p>Một <strong>đậm</strong> và <em>nhẹ</em>.</p>\n"),
        ("- một\n- hai", "<ul>\n<li>một</li>\n<li>hai</li>\n</ul>\n"),
        ("3. ba", '<ol start="3">\n<li>ba</li>\n</ol>\n'),
        ("# Một\n\n## Hai", "<h3>Một</h3>\n<h4>Hai</h4>\n"),
        ("### Chỉ một mức", "<h3>Chỉ một mức</h3>\n"),
        (
            "[Báo](https://example.vn/a?b=1&c=2)",
            '<p><a href="https://example.vn/a?b=1&amp;c=2" rel="noopener noreferrer">Báo</a></p>\n',
        ),
        ("a < b && c > d", "<p>a &lt; b &amp;&amp; c &gt; d</p>\n"),
        ("", ""),
    ],
)
def test_to_html(markdown, html):
    assert to_html(markdown) == html


def test_to_html_makes_tables_without_styles():
    html = to_html("| a | b |\n|---|:-:|\n| 1 | 2 |")

    assert "<th>b</th>" in html
    assert "style" not in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "![a](https://example.vn/a.png)",
        '<a href="https://example.vn" style="color:red" onclick="x()">a</a>',
        "<javascript:alert(1)>",
        "<svg/onload=alert(1)>",
        "```<style>\nbody{}\n```",
    ],
)
def test_to_html_lets_nothing_active_through(hostile):
    html = to_html(hostile)

    assert not any(
        tag in html for tag in ("<script", "<img", "<svg", "<style", 'href="javascript', 'href="data')
    )


@given(st.text(alphabet="<>abc/=\"'`#*[]()!&;: \njs", max_size=80))
def test_to_html_gives_only_listed_tags(text):
    tags = {part.split(">")[0].split(" ")[0].strip("/") for part in to_html(text).split("<")[1:]}

    assert tags <= {
        *("p", "br", "hr", "h3", "h4", "h5", "h6", "strong", "em", "a", "blockquote", "code", "pre"),
        *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
    }


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("<b>đậm</b>", True),
        ("một <br> hai", True),
        ("<div>\n\nx", True),
        ("<!-- ghi chú -->", True),
        ("a < b, 3 > 2", False),
        ("`<b>`", False),
        ("<https://example.vn>", False),
        ("**đậm**", False),
    ],
)
def test_has_html(markdown, expected):
    assert has_html(markdown) is expected
