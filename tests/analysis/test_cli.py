"""`flask items analyse`: a matrix in, figures out; errors by line."""

import json

import pytest

TABLE = "a,b,c\n1,1,1\n1,0,1\n0,1,0\n1,1,0\n0,0,0\n"


@pytest.fixture
def analyse(command, tmp_path):
    """analyse(text, "--ids") → click's Result; bytes are written as they are."""

    def run(content, *options):
        path = tmp_path / "bang.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return command("items", "analyse", "--csv", str(path), *options)

    return run


pytestmark = pytest.mark.sqlite_only


def report(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_the_figures_are_printed_as_json(analyse):
    found = report(analyse(TABLE))

    assert (found["attempts"], found["questions"], found["never_given"]) == (5, 3, [])
    assert found["test"]["reliability"] == pytest.approx(46.153846)
    assert found["test"]["mean"] == pytest.approx(1.6)
    assert [item["question"] for item in found["items"]] == ["a", "b", "c"]
    assert found["items"][0]["discrimination_index"] == pytest.approx(64.549722)
    assert found["items"][2]["discriminative_efficiency"] == pytest.approx(37.5)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + TABLE,
        TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        TABLE.replace("\n", "\r\n"),
        TABLE.replace("1", "1.00"),
        TABLE.replace("1,1,1\n", "1,1,1\n\n"),
        '"a","b","c"\n' + TABLE.partition("\n")[2],
    ],
)
def test_other_ways_to_write_the_same_table(analyse, text):
    assert report(analyse(text)) == report(analyse(TABLE))


def test_a_first_column_of_names(analyse):
    lines = TABLE.splitlines()
    named = "\n".join(["lượt," + lines[0], *(f"L{n},{line}" for n, line in enumerate(lines[1:]))])

    assert report(analyse(named, "--ids")) == report(analyse(TABLE))


def test_fractions_and_decimal_commas(analyse):
    plain = report(analyse("a,b\n0.5,1\n0.25,0\n1,1\n"))

    assert report(analyse("a;b\n0,5;1\n1/4;0\n1;1\n")) == plain
    assert plain["items"][0]["facility"] == pytest.approx(1.75 / 3)


def test_points_with_their_highest(analyse):
    found = report(analyse("a,b\n10,5\n0,5\n5,0\n", "--max", "10"))

    assert found["items"][0]["facility"] == pytest.approx(0.5)
    assert found["test"]["mean"] == pytest.approx(25 / 3)


def test_a_blank_cell_was_not_given_unless_it_is_zero(analyse):
    text = "a,b,c,d\n1,1,,\n0,,0,\n,1,0,\n1,,1,\n"

    given = report(analyse(text))
    zero = report(analyse(text, "--blank-is-zero"))

    assert [(item["question"], item["n"]) for item in given["items"]] == [("a", 3), ("b", 2), ("c", 3)]
    assert given["never_given"] == ["d"]
    assert [item["n"] for item in zero["items"]] == [4, 4, 4, 4]
    assert zero["items"][3]["facility"] == 0


def test_undefined_figures_are_null(analyse):
    found = report(analyse("a,b\n1,1\n1,1\n"))

    assert found["test"]["reliability"] is None
    assert found["items"][0]["discrimination_index"] is None


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a,b\n1,2\n0,1\nx,0\n", ["line 2: b: '2' is no mark", "line 4: a: 'x' is no mark"]),
        ("a,b\n1\n1,1,1\n", ["line 2: 1 cells instead of 2", "line 3: 3 cells instead of 2"]),
        ("a,b\n1,-1\n1,1e0\n1,nan\n", ["line 2: b: '-1'", "line 3: b: '1e0'", "line 4: b: 'nan'"]),
        ("a,b\n1,0\n,\n1,1/0\n", ["line 4: b: '1/0'"]),
        ("a,a\n1,1\n", ["line 1: two questions are called a"]),
        ("a,\n1,1\n", ["line 1: every question needs a name"]),
        ("", ["line 1: every question needs a name"]),
        ("a,b\n", ["line 2: there is no attempt"]),
        ('a,b\n1,"0\n', ["unexpected end of data"]),
    ],
)
def test_errors_name_their_line_and_nothing_is_printed(analyse, text, lines):
    result = analyse(text)

    assert result.exit_code == 1
    assert [line for line in lines if line not in result.stderr] == []
    assert result.stdout == ""


def test_a_file_in_another_encoding_is_refused(analyse):
    result = analyse("a,b\n1,1\n".encode("utf-16"))

    assert result.exit_code == 1
    assert "not UTF-8" in result.stderr


def test_no_more_errors_than_a_person_reads(analyse):
    result = analyse("a\n" + "x\n" * 1000)

    assert result.stderr.count("line ") == 50
