"""What bringing a question file into the bank would do, and what is wrong with it."""

import re
from collections import Counter
from dataclasses import replace

from app.questions import rules
from app.questions.formats.file_rules import ReadFile, ReadProblem, ReadQuestion
from app.questions.import_plan_rules import Bank, Defaults, Known, Line, Outcome, Plan, code_of, identity
from app.questions.import_topic_rules import Topics
from app.questions.rules import SEVERAL_NOTE, BankQuestion
from app.text import fold

# Categories of these are folders of another program, not topics that the author chose.
FOLDER_FORMATS = frozenset({"moodle", "gift"})
# A changed question that shares fewer words than this with what it was, is probably another one.
SAME_QUESTION_SHARE = 0.3
SHOWN_KEYS = 5


def make_plan(read: ReadFile, defaults: Defaults, bank: Bank) -> Plan:
    """What bringing a file into the bank would do."""
    plan = Plan(read.format, problems=list(read.problems), unsupported=Counter(read.unsupported))
    topics = Topics(bank.topics, defaults, read.topic_names, is_folder=read.format in FOLDER_FORMATS)
    places: dict[str, str] = {}
    for each in read.questions:
        line = _line(each, defaults, bank, topics, plan)
        problems = rules.draft_problems(line.question)
        plan.problems += [ReadProblem(each.where, problem.message) for problem in problems]
        first = places.setdefault(line.question.key, each.where)
        if first != each.where:
            plan.problems.append(ReadProblem(each.where, _twice(each, first)))
        plan.lines.append(line)
    plan.problems = sorted([*plan.problems, *topics.problems()], key=_place)
    used = {line.question.topic for line in plan.lines if line.outcome is Outcome.NEW}
    plan.new_topics = {code: name for code, name in topics.made.items() if code in used}
    plan.notes += topics.notes()
    plan.notes += _notes(plan)
    return plan


def _place(problem: ReadProblem) -> tuple[str, list[int]]:
    """Where a problem stands, to be sorted by: sheet or file, then numbers of lines and cells."""
    return problem.where.rpartition(",")[0], [
        int(number) for number in re.findall(r"[0-9]{1,9}", problem.where)
    ]


def _twice(question: ReadQuestion, first: str) -> str:
    what = f"Mã “{question.key}” đã dùng" if question.key else "Câu này trùng với câu"
    return f"{what} ở {first}."


def _line(read: ReadQuestion, defaults: Defaults, bank: Bank, topics: Topics, plan: Plan) -> Line:
    question = _completed(read, defaults)
    content = identity(question)
    known = bank.by_key.get(question.key) or bank.by_content.get(content)
    if known is None and not question.key:
        question = replace(question, key=f"nhap-{content[:12]}")
        known = bank.by_key.get(question.key)
        if known is not None:  # this very content came once, and somebody has reworded it since
            outcome = Outcome.RETIRED if known.is_retired else Outcome.SAME
            return Line(read.where, known.question, outcome)
    if known is None:
        return Line(read.where, replace(question, topic=topics.of(read)), Outcome.NEW)
    if read.key and topics.is_other(read, known.question.topic):
        name = bank.topics[known.question.topic]
        message = f"Câu {question.key} đang thuộc chủ đề “{name}”: hãy dùng mã khác."
        plan.problems.append(ReadProblem(read.where, message))
    return _known_line(read, question, known)


def _known_line(read: ReadQuestion, question: BankQuestion, known: Known) -> Line:
    before = known.question
    after = _keep_unsaid(read, replace(question, key=before.key, topic=before.topic), before)
    if known.is_retired:
        return Line(read.where, before, Outcome.RETIRED)
    if rules.content_hash(after) == rules.content_hash(before):
        return Line(read.where, before, Outcome.SAME)
    return Line(read.where, after, Outcome.CHANGED, before)


def _completed(read: ReadQuestion, defaults: Defaults) -> BankQuestion:
    """The question with the defaults for what the file does not say; without a topic yet."""
    stem = read.stem
    if len(read.answer) > 1 and not stem.endswith(SEVERAL_NOTE):
        stem = f"{stem} {SEVERAL_NOTE}"
    return rules.in_nfc(
        BankQuestion(
            key=code_of(read.key),
            topic="",
            level=read.level or defaults.level,
            asks=read.asks or defaults.asks,
            stem=stem,
            options=read.options,
            answer=read.answer,
            explanation=read.explanation,
            source=read.source or defaults.source,
            valid_from=read.valid_from or defaults.valid_from,
            valid_until=read.valid_until,
            pinned=read.pinned,
            image_sha256=read.image_sha256,
            image_alt=read.image_alt,
        )
    )


def _keep_unsaid(read: ReadQuestion, question: BankQuestion, before: BankQuestion) -> BankQuestion:
    """What a file does not say about a question stays as it is in the bank."""
    return replace(
        question,
        level=read.level or before.level,
        asks=read.asks or before.asks,
        explanation=read.explanation or before.explanation,
        source=read.source or before.source,
        valid_from=read.valid_from or before.valid_from,
        valid_until=read.valid_until or before.valid_until,
        pinned=read.pinned or before.pinned,
        image_sha256=read.image_sha256 or before.image_sha256,
        image_alt=read.image_alt or before.image_alt,
    )


def _notes(plan: Plan) -> list[str]:
    others = [
        line.question.key for line in plan.lines if line.before and _is_other(line.question, line.before)
    ]
    lacking = sum(bool(rules.check_question(line.question)) for line in plan.brought)
    notes = [f"Chủ đề mới sẽ được lập: {name}." for name in plan.new_topics.values()]
    if others:
        keys = ", ".join(others[:SHOWN_KEYS]) + (" …" if len(others) > SHOWN_KEYS else "")
        notes.append(
            f"{len(others)} câu trùng mã với câu khác hẳn trong ngân hàng ({keys}) và sẽ thay nội dung "
            "các câu ấy. Nếu đó là câu mới, hãy đổi mã trong tệp."
        )
    if lacking and not plan.problems:
        notes.append(f"{lacking} câu còn thiếu nguồn, giải thích hoặc điều khác nên chưa duyệt được ngay.")
    return notes


def _is_other(question: BankQuestion, before: BankQuestion) -> bool:
    words, words_before = set(fold(question.stem).split()), set(fold(before.stem).split())
    return len(words & words_before) < SAME_QUESTION_SHARE * len(words | words_before)
