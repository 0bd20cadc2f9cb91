"""Kiểm tra kết quả một vòng thi từ các tệp công khai. Chỉ cần Python 3.10 trở lên, không cần mạng.

    python -I kiem_tra_ket_qua.py luot-thi.csv                    in thứ tự tính được
    python -I kiem_tra_ket_qua.py luot-thi.csv ket-qua.json       so với kết quả đã công bố
    python -I kiem_tra_ket_qua.py luot-thi.csv ket-qua.json chung-thuc.json   và kiểm tra mã băm

Written apart from the rest of Khéo on purpose: it shares no code with what it checks.
"""

import csv
import hashlib
import json
import sys
from datetime import datetime
from itertools import pairwise
from typing import Any

SHOWN_LINES = 20
FARTHEST = 10**9
HEAD_MARK = "#! "
TARGETS = {
    "people": "số người dự thi",
    "attempts": "số lượt thi",
    "people_all_correct": "số người đúng hết",
}

Facts = dict[str, Any]
Attempt = dict[str, Any]
Line = dict[str, Any]
Place = tuple[str, int, Attempt]


def read_attempts(text: str) -> tuple[Facts, list[Attempt]]:
    """(facts, attempts) of a public file: attempts are dictionaries with numbers instead of text."""
    facts: Facts = {}
    lines = []
    for line in text.splitlines():
        if line.startswith(HEAD_MARK):
            facts = json.loads(line[len(HEAD_MARK) :])
        elif not line.startswith("#"):
            lines.append(line)
    return facts, [read_attempt(row) for row in csv.DictReader(lines)]


def read_attempt(row: dict[str, str]) -> Attempt:
    started, finished = seconds_of(row["started_at"]), seconds_of(row["finished_at"])
    return {
        "contestant_no": int(row["contestant_no"]),
        "number": int(row["number"]),
        "league": row["league"],
        "score": int(row["score"]),
        "max_score": int(row["max_score"]),
        "prediction": int(row["prediction"]) if row["prediction"] else None,
        "finished": finished,
        "seconds": finished - started,
        "valid": row["valid"] == "1",
        "ranked": row["ranked"] == "1",
    }


def seconds_of(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def group_people(attempts: list[Attempt]) -> dict[int, list[Attempt]]:
    """Valid attempts per person."""
    people: dict[int, list[Attempt]] = {}
    for attempt in attempts:
        if attempt["valid"]:
            people.setdefault(attempt["contestant_no"], []).append(attempt)
    return people


def count(people: dict[int, list[Attempt]]) -> dict[str, int]:
    """Người, lượt, người đúng hết."""
    return {
        "people": len(people),
        "attempts": sum(len(own) for own in people.values()),
        "people_all_correct": sum(any(is_perfect(one) for one in own) for own in people.values()),
    }


def is_perfect(attempt: Attempt) -> bool:
    return bool(attempt["score"] == attempt["max_score"])


def recognised(own: list[Attempt], rule: str) -> Attempt:
    """The one attempt of a person that counts."""
    if rule == "first":
        return min(own, key=lambda one: one["number"])
    if rule == "last":
        return max(own, key=lambda one: one["number"])
    if rule == "best_then_earliest":
        return min(own, key=lambda one: (-one["score"], one["finished"], one["number"]))
    raise ValueError("không hiểu cách công nhận lượt thi: " + rule)


def sort_key(attempt: Attempt, policy: Facts, target: int | None) -> list[int]:
    """What decides the place, smaller is better."""
    prediction = attempt["prediction"]
    measures = {
        "score": attempt["max_score"] - attempt["score"],
        "duration": attempt["seconds"],
        "submitted_at": attempt["finished"],
        "prediction_distance": FARTHEST if prediction is None else abs(prediction - (target or 0)),
    }
    return [measures[key] for key in policy["keys"]]


def rank(facts: Facts, attempts: list[Attempt]) -> tuple[dict[str, int], int | None, list[Place]]:
    """(figures, target, places): places are (league, rank, attempt), equal ones by contestant number."""
    policy = facts["policy"]
    people = group_people(attempts)
    figures = count(people)
    target = figures[policy["target"]] if policy["target"] else None
    entered = []
    for own in people.values():
        chosen = recognised(own, policy["recognised"])
        if chosen["ranked"] and (is_perfect(chosen) or not policy["only_perfect"]):
            league = chosen["league"] if policy["leagues"] == "by_scope" else ""
            entered.append((league, sort_key(chosen, policy, target), chosen["contestant_no"], chosen))
    entered.sort(key=lambda item: item[:3])
    places: list[Place] = []
    league_start = 0
    for index, (league, key, _number, chosen) in enumerate(entered):
        if index and entered[index - 1][0] != league:
            league_start = index
        if index > league_start and entered[index - 1][1] == key:
            places.append((league, places[-1][1], chosen))
        else:
            places.append((league, index - league_start + 1, chosen))
    return figures, target, places


def lot_of(seed: str, contestant_no: int) -> str:
    return hashlib.sha256(f"{seed}lot{contestant_no}".encode()).hexdigest()


def award(facts: Facts, lines: list[Line]) -> dict[int, str | None]:
    """Prize per contestant number, from published lines with their lots and the people passed over."""
    prizes: dict[int, str | None] = {}
    slots: dict[str, list[str]] = {}
    for line in lines:
        if line["league"] not in slots:
            slots[line["league"]] = [
                prize["code"] for prize in facts["policy"]["prizes"] for _ in range(prize["count"])
            ]
        left = slots[line["league"]]
        prizes[line["contestant_no"]] = left.pop(0) if left and not line["passed_over"] else None
    return prizes


def compare(facts: Facts, attempts: list[Attempt], body: Facts) -> list[str]:
    """Every difference between the published result and the one computed here, in words."""
    figures, target, places = rank(facts, attempts)
    problems = []
    for name in ("contest", "round", "policy", "seed", "commitment"):
        if facts[name] != body[name]:
            problems.append(f"hai tệp khác nhau ở mục {name}")
    if figures != body["figures"]:
        problems.append(f"số người, số lượt: tính được {figures}, công bố {body['figures']}")
    if target != body["target"]:
        problems.append(f"con số để so với dự đoán: tính được {target}, công bố {body['target']}")
    lines = [dict(zip(body["columns"], line, strict=True)) for line in body["lines"]]
    computed = {place[2]["contestant_no"]: place for place in places}
    if len(lines) != len(places) or {line["contestant_no"] for line in lines} != set(computed):
        problems.append(f"danh sách: tính được {len(places)} người, công bố {len(lines)} người")
        return problems
    for line in lines:
        problems += compare_line(line, computed[line["contestant_no"]], facts["seed"])
    problems += compare_order(lines) + compare_lots(lines)
    awarded = award(facts, lines)
    for line in lines:
        if awarded[line["contestant_no"]] != line["prize"]:
            problems.append(f"số thí sinh {line['contestant_no']}: giải không theo thứ tự và số suất")
    return problems


def compare_line(line: Line, place: Place, seed: str) -> list[str]:
    league, computed_rank, attempt = place
    number = line["contestant_no"]
    problems = []
    if (line["league"], line["rank"]) != (league, computed_rank):
        problems.append(f"số thí sinh {number}: tính được hạng {computed_rank}, công bố {line['rank']}")
    facts = [line["score"], line["prediction"], line["seconds"], seconds_of(line["finished_at"])]
    if facts != [attempt["score"], attempt["prediction"], attempt["seconds"], attempt["finished"]]:
        problems.append(f"số thí sinh {number}: bài được công nhận không khớp")
    if line["lot"] is not None and line["lot"] != lot_of(seed, number):
        problems.append(f"số thí sinh {number}: mã bốc thăm không đúng")
    return problems


def compare_order(lines: list[Line]) -> list[str]:
    """Equal ranks stand by their lots where they have them, else by number."""
    problems = []
    for first, second in pairwise(lines):
        if (first["league"], first["rank"]) == (second["league"], second["rank"]):
            has_lots = first["lot"] is not None and second["lot"] is not None
            by = "lot" if has_lots else "contestant_no"
            if first[by] >= second[by]:
                problems.append(f"đồng hạng {first['rank']}: thứ tự không theo mã bốc thăm hoặc số thí sinh")
        elif (first["league"], first["rank"]) > (second["league"], second["rank"]):
            problems.append(f"thứ tự dòng không theo hạng ở số thí sinh {second['contestant_no']}")
    return problems


def compare_lots(lines: list[Line]) -> list[str]:
    """People of one rank may get different prizes only by lot."""
    groups: dict[tuple[str, int], list[Line]] = {}
    for line in lines:
        groups.setdefault((line["league"], line["rank"]), []).append(line)
    problems = []
    for (_league, equal_rank), equals in groups.items():
        prizes = {line["prize"] for line in equals if not line["passed_over"]}
        if len(prizes) > 1 and any(line["lot"] is None for line in equals):
            problems.append(f"đồng hạng {equal_rank}: giải khác nhau mà không bốc thăm")
    return problems


def check_statement(statement: Facts, public: bytes, body: bytes) -> list[str]:
    """Differences between the statement and the files it names."""
    problems = []
    for name, content in (("public_sha256", public), ("body_sha256", body)):
        if statement[name] != hashlib.sha256(content).hexdigest():
            problems.append(f"mã băm {name} không khớp với tệp")
    return problems


def read_bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def say(text: str) -> None:
    sys.stdout.buffer.write(f"{text}\n".encode())  # a console of another code page still gets the letters


def main(paths: list[str]) -> int:
    if not 1 <= len(paths) <= 3:
        say((__doc__ or "").partition("\n\nWritten")[0])
        return 2
    contents = [read_bytes(path) for path in paths]
    facts, attempts = read_attempts(contents[0].decode())
    show(facts, attempts)
    if len(contents) == 1:
        return 0
    problems = compare(facts, attempts, json.loads(contents[1].decode()))
    if len(contents) == 3:
        say(f"Mã băm của bản công bố: {hashlib.sha256(contents[2]).hexdigest()}")
        problems += check_statement(json.loads(contents[2].decode()), contents[0], contents[1])
    for problem in problems:
        say(f"KHÁC: {problem}")
    say("KHÔNG KHỚP" if problems else "KHỚP: kết quả công bố đúng với các lượt thi công khai.")
    return 1 if problems else 0


def show(facts: Facts, attempts: list[Attempt]) -> None:
    figures, target, places = rank(facts, attempts)
    say(f"{facts['contest']}, vòng {facts['round']}: {len(attempts)} lượt thi đã kết thúc.")
    say(
        f"Hợp lệ: {figures['people']} người, {figures['attempts']} lượt, "
        f"{figures['people_all_correct']} người đúng hết."
    )
    if target is not None:
        say(f"Con số để so với dự đoán ({TARGETS[facts['policy']['target']]}): {target}.")
    for league, place, attempt in places[:SHOWN_LINES]:
        prediction = "" if attempt["prediction"] is None else f", dự đoán {attempt['prediction']}"
        say(
            f"{league + ' ' if league else ''}hạng {place}: số thí sinh {attempt['contestant_no']}, "
            f"đúng {attempt['score']}/{attempt['max_score']}{prediction}, {attempt['seconds']} giây"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
