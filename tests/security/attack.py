"""Send hostile requests one by one and note what each of them broke."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from app.web import errors, limits
from tests.security import corpus
from tests.security.fields import Target
from tests.security.rows import Rows
from tests.security.wire import FORM, Answer, Browser, Request, form_of, path_of, shortened

Sent = tuple[str, Request]

# A wrong password is counted although it is refused.
COUNTED_WHEN_REFUSED = {
    "/dang-nhap": {"sign_in_delays"},
    "/tai-khoan/mat-khau": {"sign_in_delays"},
    **{f"/tai-khoan/xac-thuc-hai-lop/{act}": {"sign_in_delays"} for act in ("ma", "ma-du-phong", "tat")},
}
REQUESTS_BETWEEN_RESETS = 15
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


@dataclass
class Attack:
    browsers: Mapping[str, Browser]
    rows: Rows
    restore: Callable[[Iterable[str]], None]
    statuses: Counter[int] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def run(self, requests: Iterable[Sent], *, demands: int | None = None) -> None:
        """Send them; `demands` is the one status that is right, where there is only one."""
        for number, (who, request) in enumerate(requests):
            if number % REQUESTS_BETWEEN_RESETS == 0:
                limits.limiter.reset()
            unexpected = errors.last_resort_count
            answer = self.browsers[who].send(request)
            self.statuses[answer.status] += 1
            problem = self._problem_of(request, answer, is_unexpected=errors.last_resort_count > unexpected)
            if demands is not None and answer.status != demands:
                problem = problem or f"not {demands}"
            if problem:
                self.problems.append(f"{who}: {request} → {answer.status}: {problem}")

    def _problem_of(self, request: Request, answer: Answer, *, is_unexpected: bool) -> str:
        changed = self.rows.changes()
        if changed:
            self.restore(changed)
        if is_unexpected or (answer.status >= 500 and not _is_deliberate(answer)):
            return "not foreseen"
        allowed = COUNTED_WHEN_REFUSED.get(request.path.decode("latin-1"), set())
        if (answer.status >= 400 or request.method in SAFE) and changed.keys() - allowed:
            return f"changed {changed}"
        return "a trace of the program is shown" if b"Traceback" in answer.body else ""

    @property
    def summary(self) -> str:
        statuses = dict(sorted(self.statuses.items()))
        return f"{self.statuses.total()} requests, {len(self.problems)} problems: {statuses}"


def _is_deliberate(answer: Answer) -> bool:
    return answer.status == 503 and "Retry-After" in answer.headers


def spread(requests: Iterable[Sent], most: int) -> list[Sent]:
    """At most `most` of them, evenly from all, so that every route stays in whatever their number becomes."""
    made = list(requests)
    count = min(most, len(made))
    return [made[place * len(made) // count] for place in range(count)]


def field_requests(targets: Iterable[Target]) -> Iterator[Sent]:
    """Every field of every form with hostile values, the other fields as they should be."""
    fields = [(target, name) for target in targets for name in target.fields if target.method != "GET"]
    tokens = [(target, name) for target, name in fields if name == b"csrf_token"]
    for known in tokens[1:]:  # the same check stands before every route
        fields.remove(known)
    for place, (target, name) in enumerate(fields):
        for value in corpus.values_for(place):
            yield target.who, _noted(target.request([*(target.fields | {name: value}).items()]), name, value)
        others = [(other, value) for other, value in target.fields.items() if other != name]
        for variant in corpus.name_variants(name, target.fields[name]):
            yield (
                target.who,
                _noted(target.request(others + variant), name, b"&".join(map(b"=".join, variant))),
            )


def _noted(request: Request, name: bytes, value: bytes) -> Request:
    return replace(request, note=f"{shortened(name)} = {shortened(value)}")


def column_requests(targets: Iterable[Target]) -> Iterator[Sent]:
    """Every form that is right, and with it a field named like a column."""
    for target in targets:
        if target.method == "GET":
            continue
        for name in corpus.column_names():
            if name.encode() not in target.fields:
                column = name.encode()
                yield (
                    target.who,
                    _noted(target.request([*target.fields.items(), (column, b"1")]), column, b"1"),
                )


def query_requests(targets: Iterable[Target]) -> Iterator[Sent]:
    """Every argument of every address with hostile values; and arguments that nobody reads."""
    shown = [target for target in targets if target.method == "GET"]
    arguments = [(target, name) for target in shown for name in target.arguments]
    for place, (target, name) in enumerate(arguments):
        for value in corpus.values_for(place):
            yield target.who, Request("GET", target.path, form_of([(name, value)]))
        for variant in corpus.name_variants(name, b"1"):
            yield target.who, Request("GET", target.path, form_of(variant))
    for target in shown:
        for query in corpus.queries():
            yield target.who, Request("GET", target.path, query)


def path_requests(targets: Iterable[Target]) -> Iterator[Sent]:
    """Every part of every address with hostile values, the other parts as they should be."""
    parts = [(target, name) for target in targets for name in target.route.parameters]
    for place, (target, name) in enumerate(parts):
        for value in [*corpus.values_for(place), *corpus.PATH_VALUES]:
            path = path_of(target.route.rule, target.values | {name: value})
            yield target.who, replace(target.request(), path=path)


def body_requests(targets: Iterable[Target]) -> Iterator[Sent]:
    """Every address that takes a form, with bodies that are none."""
    for target in targets:
        if target.method == "GET":
            continue
        for content_type, body in corpus.form_bodies() + corpus.json_bodies():
            yield target.who, Request(target.method, target.path, body=body, content_type=content_type)


def sheet_requests(targets: Iterable[Target]) -> Iterator[Sent]:
    """Wrong saves of a running attempt."""
    for target in targets:
        if target.route.endpoint in ("attempts.save", "attempts.submit"):
            for content_type, body in corpus.sheet_bodies():
                yield target.who, Request("POST", target.path, body=body, content_type=content_type)


def header_requests(targets: Iterable[Target]) -> Iterator[Sent]:
    """Every address with some of the headers, the next address with the next ones; signed in and not."""
    for place, target in enumerate(targets):
        for header in corpus.headers_for(place):
            yield target.who, replace(target.request(), headers=(header,))
            yield "nobody", Request(target.method, target.path, headers=(header,))


def method_requests(targets: Iterable[Target]) -> Iterator[Sent]:
    for target in targets:
        for method in corpus.METHODS:
            if method not in target.route.methods:
                yield target.who, Request(method, target.path)


def random_requests(count: int) -> Iterator[Sent]:
    for number, path in enumerate(corpus.random_paths(count)):
        if number % 2:
            yield "nobody", Request("GET", path)
        else:
            yield "owner", Request("POST", path, body=b"a=1", content_type=FORM)
