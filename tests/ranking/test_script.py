"""The stand-alone script, the published files and the slow reference tell the same story."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.contests import policy as policies
from app.contests import wording
from app.ranking import kiem_tra_ket_qua as script
from app.ranking import order_rules, publication_rules
from app.ranking.order_rules import AttemptRow
from app.ranking.publication_rules import RoundFacts
from app.ranking.rules import PassedOver
from tests.contests.reference import count_target, rank_round

OPENS = datetime(2024, 4, 8, 1, 0, tzinfo=UTC)
ROUNDS = 1000
SEED = "5eed" * 16


def facts_of(policy):
    return RoundFacts(
        contest="dan-van-kheo",
        round=1,
        opens_at=OPENS,
        closes_at=OPENS + timedelta(days=7),
        minimum_answered=1,
        commitment="c" * 64,
        seed=SEED,
        policy=policies.to_json(policy),
        key_version=1,
        key_digest="d" * 64,
    )


def make_rows(dice):
    """The closed attempts of up to 12 people, some void, close enough together for many ties."""
    rows = []
    for number in sorted(dice.sample(range(10_000_000, 10_000_040), dice.randint(0, 12))):
        league, is_ranked = dice.choice(["inside", "outside"]), dice.random() < 0.9
        for turn in range(1, dice.randint(1, 3) + 1):
            started = OPENS + timedelta(seconds=dice.randint(0, 4))
            finished = started + timedelta(seconds=dice.choice([60, 61, 300]))
            prediction = dice.choice([None, 0, 3, 5, 7, 9, 11, 12, policies.MAX_PREDICTION])
            score = dice.choice([8, 9, 10, 10, 10])
            facts = (number * 10 + turn, number, number, league, 1, turn, score, 10, prediction)
            rows.append(AttemptRow(*facts, started, finished, dice.random() < 0.9, is_ranked))
    return rows


def publish(policy, rows, dice):
    """(result, public file, body) as freezing makes them, with a few people barred from prizes."""
    numbers = sorted({row.contestant_no for row in rows})
    barred = {number: dice.choice(list(PassedOver)) for number in numbers if dice.random() < 0.2}
    result = order_rules.settle(rows, policy, seed=SEED, barred=barred)
    facts = facts_of(policy)
    return (
        result,
        publication_rules.public_file_of(facts, result, rows),
        publication_rules.body_of(facts, result),
    )


@pytest.mark.parametrize("name", policies.PRESETS)
def test_script_freeze_and_reference_agree(name):
    policy = policies.PRESETS[name][1]
    sentences = wording.rules_sentences(policy, "tuần")
    dice = random.Random(name)  # noqa: S311 -- the same rounds every time
    for _turn in range(ROUNDS):
        rows = make_rows(dice)
        result, public, body = publish(policy, rows, dice)

        facts, attempts = script.read_attempts(public.decode())

        assert script.compare(facts, attempts, json.loads(body)) == []
        _figures, target, places = script.rank(facts, attempts)
        assert [(rank, attempt["contestant_no"]) for _league, rank, attempt in places] == sorted_ranks(result)
        assert by_reference(rows, sentences) == (target, sorted(sorted_ranks(result)))


def sorted_ranks(result):
    """(rank, number) in the script's order: it does not know lots."""
    places = [
        (place.entry.league, place.rank, place.entry.line.contestant_no, place.entry)
        for place in result.places
    ]
    return [(rank, number) for _league, rank, number, _entry in sorted(places, key=lambda one: one[:3])]


def by_reference(rows, sentences):
    """(target, sorted ranks) from the sentences; not-ranked people count and are then left out."""
    valid = [order_rules.line_of(row) for row in rows if row.is_valid]
    ranked = {row.contestant_no for row in rows if row.is_ranked}
    leagues = {row.contestant_no: row.league for row in rows}
    target = count_target(valid, sentences)
    places = rank_round([line for line in valid if line.contestant_no in ranked], sentences, target, leagues)
    return target, sorted((place.rank, place.line.contestant_no) for place in places)


@pytest.fixture
def published():
    policy = policies.PRESETS["vcnet"][1]
    dice = random.Random("a round")  # noqa: S311 -- the same round every time
    rows = [
        row._replace(is_valid=True, is_ranked=True, score=10, prediction=number)
        for number, row in enumerate(make_rows(dice))
    ]
    return publish(policy, rows, dice)


@pytest.fixture
def compare(published):
    """The differences that the script finds after `change(body, attempts)`."""

    def run(change):
        facts, attempts = script.read_attempts(published[1].decode())
        body = json.loads(published[2])
        change(body, attempts)
        return script.compare(facts, attempts, body)

    return run


def swap_first_two(body, _attempts):
    for column in (2, 3, 4, 5, 6):
        first, second = body["lines"][0], body["lines"][1]
        first[column], second[column] = second[column], first[column]


CHEATS = {
    "a better rank": swap_first_two,
    "another target": lambda body, _: body.update(target=body["target"] + 1),
    "more people": lambda body, _: body["figures"].update(people=99),
    "a line left out": lambda body, _: body["lines"].pop(),
    "another score": lambda body, _: body["lines"][0].__setitem__(3, 9),
    "a prize to somebody else": lambda body, _: body["lines"][-1].__setitem__(8, "nhat"),
    "a lot out of thin air": lambda body, _: body["lines"][0].__setitem__(7, "0" * 64),
    "an attempt made void": lambda _, attempts: attempts[0].update(valid=False),
    "another policy": lambda body, _: body["policy"].update(only_perfect=False),
    "other lines than columns": lambda body, _: body["lines"].reverse(),
}


def test_an_honest_result_has_no_differences(compare):
    assert compare(lambda body, attempts: None) == []


@pytest.mark.parametrize("cheat", CHEATS)
def test_the_script_finds(cheat, compare):
    assert compare(CHEATS[cheat]) != []


def test_different_prizes_of_one_rank_need_lots():
    moments = (OPENS, OPENS + timedelta(seconds=60))
    rows = [AttemptRow(n, n, n, "", 1, 1, 10, 10, 5, *moments, True, True) for n in (1, 2)]
    policy = policies.PRESETS["vcnet"][1]
    result = order_rules.settle(rows, policy, seed=SEED, barred={})
    facts, attempts = script.read_attempts(
        publication_rules.public_file_of(facts_of(policy), result, rows).decode()
    )
    body = json.loads(publication_rules.body_of(facts_of(policy), result))
    assert script.compare(facts, attempts, body) == []

    body["lines"] = [[None if index == 7 else value for index, value in enumerate(x)] for x in body["lines"]]

    assert "đồng hạng 1: giải khác nhau mà không bốc thăm" in script.compare(facts, attempts, body)


@pytest.mark.parametrize("preset", policies.PRESETS)
def test_it_runs_alone(preset, tmp_path):
    dice = random.Random(preset)  # noqa: S311 -- the same round every time
    rows = make_rows(dice)
    _result, public, body = publish(policies.PRESETS[preset][1], rows, dice)
    statement = publication_rules.statement_of(
        contest="dan-van-kheo",
        round_number=1,
        revision=1,
        reason="Công bố lần đầu",
        published_at=OPENS,
        body_sha256=publication_rules.sha256_of(body),
        public_sha256=publication_rules.sha256_of(public),
        previous_digest=publication_rules.GENESIS,
    )
    done = run_alone(tmp_path, public, body, statement)

    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("KHỚP")
    assert publication_rules.sha256_of(statement) in done.stdout


def test_it_says_when_a_file_is_not_the_published_one(tmp_path, published):
    statement = json.dumps({"public_sha256": "0" * 64, "body_sha256": "0" * 64}).encode()

    done = run_alone(tmp_path, published[1], published[2], statement)

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "KHÔNG KHỚP"
    assert done.stdout.count("mã băm") == 2


def test_it_prints_the_order_of_the_public_file_alone(tmp_path, published):
    done = run_alone(tmp_path, published[1])

    assert done.returncode == 0
    assert f"Con số để so với dự đoán (số người đúng hết): {published[0].target}." in done.stdout
    assert f"hạng 1: số thí sinh {published[0].places[0].entry.line.contestant_no}," in done.stdout


def test_it_explains_itself_without_files(tmp_path):
    done = run_alone(tmp_path)

    assert done.returncode == 2
    assert "luot-thi.csv" in done.stdout


def run_alone(folder, *contents):
    """`python -I` on a copy of the script in an empty folder."""
    (folder / "kiem_tra.py").write_bytes(Path(script.__file__).read_bytes())
    paths = [folder / str(index) for index, _ in enumerate(contents)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    command = [sys.executable, "-I", folder / "kiem_tra.py", *paths]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_public_file_says_nothing_about_people(published):
    text = published[1].decode()

    columns = "contestant_no,number,league,score,max_score,prediction,started_at,finished_at,valid,ranked"
    assert columns in text.splitlines()
    assert not {"rank", "prize", "name", "unit"} & set(columns.split(","))
    for row in [line for line in text.splitlines() if line[0].isdigit()]:
        assert len(row.split(",")) == 10


def test_equal_facts_give_equal_bytes():
    policy = replace(policies.PRESETS["cao-bang"][1], one_prize_per_person=False)
    files = [
        publish(policy, make_rows(random.Random(1)), random.Random(2))[1:]  # noqa: S311 -- the same twice
        for _turn in range(2)
    ]

    assert files[0] == files[1]
