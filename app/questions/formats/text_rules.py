"""Questions typed as running text: "Câu 1. … A. … B. … Đáp án: B", with the answers below or at the end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from app.questions.formats.answer_rules import find_level
from app.questions.formats.draft_rules import Draft
from app.questions.formats.file_rules import ReadFile
from app.questions.formats.line_rules import (
    BULLET,
    STYLES,
    Line,
    find_fields,
    find_heading,
    find_start,
    is_blank,
    is_document_title,
    is_key_title,
    key_list,
)
from app.questions.formats.option_rules import Label, find_labels, label_at_start
from app.questions.formats.typed_rules import Written, add_option, complete, extend_option, note_wrong_turn
from app.questions.rules import LETTERS

OUTSIDE = "dòng ngoài câu hỏi"
PICTURE_OUTSIDE = "hình ngoài câu hỏi"
NO_START = "Không thấy câu hỏi nào: mỗi câu mở đầu bằng “Câu 1.”, phương án bằng “A.”, “B.”, rồi “Đáp án: B”."


@dataclass
class KeyList:
    """Answers by the number of their question, for the questions read from `first` up to `end`."""

    where: str
    answers: dict[int, str]
    first: int
    end: int


@dataclass
class Paper:
    """The file while it is read.

    `running` are the fields that lines outside questions tell for those below; `since` is the number of
    questions read before the answers last listed; `is_apart` says that a blank line stands before.
    """

    file: ReadFile
    style: str
    written: list[Written] = field(default_factory=list)
    running: dict[str, tuple[str, str]] = field(default_factory=dict)
    key_lists: list[KeyList] = field(default_factory=list)
    since: int = 0
    is_in_keys: bool = False
    is_apart: bool = True


def read_lines(lines: Sequence[Line], file: ReadFile) -> None:
    """Add every question of the lines to the file; blank lines among them matter.

    Raises BadInput when the file holds too many questions.
    """
    paper = Paper(file, _style_of(lines))
    filled = [index for index, line in enumerate(lines) if not is_blank(line.text)]
    following = dict(pairwise(filled))
    for index, line in enumerate(lines):
        if not is_blank(line.text):
            after = lines[following[index]] if index in following else None
            _read_line(paper, line, after)
        if line.pictures:
            _keep_pictures(paper, line)
        paper.is_apart = is_blank(line.text)
    keys = _keys_of(paper)
    for index, each in enumerate(paper.written):
        complete(each, keys.get(index, []), file)
    if not paper.written and not file.questions:
        file.refuse(lines[0].where if lines else "cả tệp", NO_START)


def _keep_pictures(paper: Paper, line: Line) -> None:
    """A picture is of the question it stands in or behind."""
    if paper.written and not paper.is_in_keys:
        paper.written[-1].draft.images += line.pictures
    else:
        paper.file.unsupported[PICTURE_OUTSIDE] += len(line.pictures)


def _style_of(lines: Sequence[Line]) -> str:
    """How the questions of this text are numbered: the style whose starts most often have options after."""
    has_options = [bool(find_labels(line.text, 0, "A", goes_on=True)) for line in lines]
    scores: Counter[str] = Counter()
    for style in STYLES:
        is_waiting = False
        for line, has in zip(lines, has_options, strict=True):
            if find_start(line.text, style):
                scores[style] += 0
                is_waiting = True
            if is_waiting and has:
                scores[style] += 1
                is_waiting = False
    return max(scores, key=lambda style: scores[style], default=STYLES[0])


def _read_line(paper: Paper, line: Line, after: Line | None) -> None:
    if _read_keys(paper, line, after):
        return
    start = find_start(line.text, paper.style)
    title = find_heading(line.text)
    if start and line.numbering != "letter":
        _close_keys(paper)
        _open(paper, line, start.number, start.level)
        _read_body(paper, line, start.end, after)
    elif title or _is_topic(line):
        text = title or line.text.strip()
        _run_on(paper, "topic" if find_level(text) is None else "level", text, line)
    elif paper.written and not paper.is_in_keys and not _reopens_running(paper, line):
        _read_body(paper, line, 0, after)
    else:
        _read_outside(paper, line)


def _is_topic(line: Line) -> bool:
    """A heading of the document that may name a topic, not the document itself."""
    if not line.is_heading or label_at_start(line.text) or find_fields(line.text, 0):
        return False
    return not is_key_title(line.text) and not is_document_title(line.text)


def _open(paper: Paper, line: Line, number: int, level: str) -> None:
    written = Written(number, Draft(""))
    written.draft.where = written.place(line)
    written.draft.fields |= paper.running
    if level:
        written.draft.fields["level"] = (level, written.draft.where)
    paper.written.append(written)


def _run_on(paper: Paper, name: str, text: str, line: Line) -> None:
    """A line between questions says something about all those below."""
    _close_keys(paper)
    paper.running[name] = (text, line.where)
    if paper.written:
        paper.written[-1].target = ""


def _running_field(line: Line) -> tuple[str, str] | None:
    """(field, text) of a line that may stand for many questions: "Chủ đề: …"."""
    fields = find_fields(line.text, 0)
    if not fields or fields[0][0] not in ("topic", "level", "source") or line.text[: fields[0][1]].strip():
        return None
    return fields[0][0], line.text[fields[0][2] :].strip()


def _reopens_running(paper: Paper, line: Line) -> bool:
    """Where such a line stood before the first question, those that follow are of its kind."""
    found = _running_field(line)
    return found is not None and found[0] in paper.running


def _read_outside(paper: Paper, line: Line) -> None:
    found = _running_field(line)
    if found:
        _run_on(paper, *found, line)
    else:
        paper.file.unsupported[OUTSIDE] += 1


def _read_keys(paper: Paper, line: Line, after: Line | None) -> bool:
    """Is the line a title of answers, or a list of them?"""
    if not paper.written:
        return False
    if (
        paper.written[-1].target != "stem"
        and is_key_title(line.text)
        and not (after and _is_letters(after.text))
    ):
        _close_keys(paper)
        paper.is_in_keys = True
        return True
    answers = key_list(line.text, least=1 if paper.is_in_keys else 2)
    if answers:
        paper.is_in_keys = True
        paper.key_lists.append(KeyList(line.where, answers, paper.since, len(paper.written)))
    return bool(answers)


def _is_letters(text: str) -> bool:
    return 0 < len(text.strip(" .")) <= len(LETTERS) and all(each in LETTERS + " ,." for each in text.strip())


def _close_keys(paper: Paper) -> None:
    """The answers listed from here on are of the questions from here on."""
    if paper.is_in_keys:
        paper.is_in_keys = False
        paper.since = len(paper.written)


def _keys_of(paper: Paper) -> dict[int, list[tuple[str, str]]]:
    """(letters, where) of every listed answer by the index of its question; others are problems."""
    found: dict[int, list[tuple[str, str]]] = {}
    for each in paper.key_lists:
        first = each.first if each.first < each.end else 0
        for number, letters in each.answers.items():
            fitting = [index for index in range(first, each.end) if paper.written[index].number == number]
            if len(fitting) == 1:
                found.setdefault(fitting[0], []).append((letters, each.where))
            elif fitting:
                paper.file.refuse(
                    each.where, f"Có {len(fitting)} câu cùng số {number}: không rõ đáp án của câu nào."
                )
            else:
                paper.file.refuse(each.where, f"Có đáp án của câu {number} nhưng không thấy câu {number}.")
    return found


def _read_body(paper: Paper, line: Line, start: int, after: Line | None) -> None:
    """The line's parts, from `start`: text that goes on with what was, options, fields."""
    current = paper.written[-1]
    labels = _labels(current, line, start, after)
    fields = [
        each
        for each in find_fields(line.text, start)
        if not line.text[start : each[1]].strip() or current.typed or (labels and labels[0].start < each[1])
    ]
    if fields:
        labels = [label for label in labels if label.start < fields[0][1]]
    ends = [*(label.start for label in labels), *(each[1] for each in fields), len(line.text)]
    _go_on(paper, line, start, ends[0])
    for label, end in zip(labels, ends[1:], strict=False):
        add_option(current, line, label, end)
    for (name, _, text_start), end in zip(fields, ends[len(labels) + 1 :], strict=True):
        _put_field(paper, name, line, line.text[text_start:end])


def _put_field(paper: Paper, name: str, line: Line, text: str) -> None:
    current = paper.written[-1]
    draft = current.draft
    if name == "answer" and draft.text(name):
        current.faults.append((current.place(line), "Câu này có hai dòng đáp án."))
    if draft.fields.get(name) == paper.running.get(name):
        draft.fields.pop(name, None)
    draft.put(name, text.strip().rstrip("([").rstrip(), current.place(line))
    current.target = name


def _labels(current: Written, line: Line, start: int, after: Line | None) -> list[Label]:
    """The options that begin on this line; a label out of its turn is written down as a fault."""
    if current.target not in ("stem", "options") and current.typed:
        return []
    opening = label_at_start(line.text, start)
    if line.numbering == "letter" and opening and current.expected:
        return [Label(current.expected, opening.start, opening.end, opening.is_starred)]
    next_label = label_at_start(after.text) if after else None
    goes_on = next_label is not None and next_label.letter == "B"
    labels = find_labels(line.text, start, current.expected, goes_on=goes_on)
    if next_label:  # "theo điểm a) và b)" above "A. …" holds no options
        labels = [each for each in labels if each == opening or each.letter < next_label.letter]
    if not labels and opening and current.typed and opening.is_capital:
        note_wrong_turn(current, line, opening.letter)
    return labels


def _go_on(paper: Paper, line: Line, start: int, end: int) -> None:
    """Text without a label of its own goes on with the line above, unless a blank line parts them."""
    current = paper.written[-1]
    text = line.text[start:end]
    if not text.strip():
        return
    if current.target == "stem":
        is_item = line.numbering == "item" or BULLET.match(text) is not None
        current.stem.append((text, line, is_item and start == 0))
    elif paper.is_apart or not current.target:
        paper.file.unsupported[OUTSIDE] += 1
    elif current.target == "options":
        extend_option(current, line, start, end)
    else:
        if current.target == "answer" and current.draft.text("answer"):
            current.target = "explanation"
        current.draft.put(current.target, text.strip(), current.place(line))
