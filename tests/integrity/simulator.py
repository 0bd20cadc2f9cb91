"""A week as it might have been: an honest school, other honest people, and a ring of colluders; seeded.

The school has 300 pupils behind one address on 30 shared devices in one hour, makes mistakes of its own,
and gathers its predictions around the number that the teacher guessed. The ring has 50 accounts on a
few devices: made in a row, brought by one of them, with one shared key that has mistakes, quick, and with
predictions dealt out.
"""

import random
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from app.integrity.rules import Person, Sitting, Week, code_of

QUESTIONS, PAPER, OPTIONS = 40, 10, 4
START = 1_700_000_000
HOUR, DAY = 3600, 86400
FAMILY = ("hoang", "nong", "lanh", "vi", "nguyen", "tran", "ly", "trieu", "dang", "ban")
MIDDLE = ("thi", "van", "duc", "minh", "thu", "quoc", "hai")
GIVEN = (
    "an",
    "binh",
    "cuc",
    "dung",
    "dao",
    "giang",
    "ha",
    "khoa",
    "lien",
    "mai",
    "nga",
    "phuong",
    "son",
    "tam",
)
POPULAR = (1000, 1234, 2000, 2024, 2500, 3000, 3333, 4000, 5000)


@dataclass(frozen=True)
class Simulated:
    week: Week
    school: set[int]
    others: set[int]
    ring: set[int]

    @property
    def honest(self) -> set[int]:
        return self.school | self.others


class Maker:
    """Collects people and their attempts; every random number comes from one seeded source."""

    def __init__(self, seed: int, *, questions: int = QUESTIONS) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- a seeded world, no secret
        self.questions = questions
        self.people: dict[int, Person] = {}
        self.sittings: list[Sitting] = []
        self.right = {version: 1 << self.random.randrange(OPTIONS) for version in range(1, questions + 1)}
        self.characters = {version: self.random.randint(140, 420) for version in self.right}
        self.hardness = {version: self.random.uniform(0.05, 0.5) for version in self.right}
        # Which wrong option people fall for, and what the school was taught.
        self.lure = {version: self._wrong_options(version) for version in self.right}
        self.ids = count(1)
        self.attempt_ids = count(1)

    def _wrong_options(self, version: int) -> list[int]:
        options = [option for option in range(OPTIONS) if self.right[version] != 1 << option]
        self.random.shuffle(options)
        return options

    def person(self, unit: int, *, registered: int, device: bytes | None, **values) -> Person:
        number = next(self.ids)
        name = " ".join((self.random.choice(FAMILY), self.random.choice(MIDDLE), self.random.choice(GIVEN)))
        defaults: dict[str, Any] = {
            "enrolment_id": number,
            "account_id": number,
            "unit_id": unit,
            "name": name,
            "phone": 84_900_000_000 + self.random.randrange(10**8),
            "registered": registered,
            "register_device": device,
            "referrer_id": None,
            "prizes": 0,
            "is_near_prize": False,
        }
        person = Person(**(defaults | values))
        self.people[number] = person
        return person

    def answer(self, version: int, ability: float, lure_weights=(0.55, 0.3, 0.15)) -> int:
        """The code that somebody who knows so much answers for themself."""
        if self.random.random() > self.hardness[version] * (1.6 - ability):
            return version << 8 | self.right[version]
        return code_of(version, [self.random.choices(self.lure[version], lure_weights)[0]])

    def sit(self, person: Person, started: int, *, answers, seconds, prediction, device, address, number=1):
        paper = self.random.sample(sorted(self.right), PAPER)
        codes = tuple(answers(version) for version in paper)
        paces = [max(1, round(seconds(version))) for version in paper]
        sitting = Sitting(
            attempt_id=next(self.attempt_ids),
            enrolment_id=person.enrolment_id,
            unit_id=person.unit_id,
            number=number,
            started=started,
            finished=started + sum(paces) + self.random.randint(3, 12),
            score=sum(
                code == version << 8 | self.right[version] for code, version in zip(codes, paper, strict=True)
            ),
            prediction=prediction,
            device=device,
            address=address,
            codes=codes,
            pace=bytes(min(pace, 254) for pace in paces),
        )
        self.sittings.append(sitting)
        return sitting

    def reading(self, speed: float):
        """Seconds for a question at so many characters a second, with a pause to think."""
        return lambda version: self.characters[version] / speed + self.random.expovariate(1 / 6) + 1.5

    def guess(self) -> int:
        """A prediction as the contest makes them: around a common idea, or a round number."""
        if self.random.random() < 0.3:
            return self.random.choice(POPULAR)
        return max(0, round(self.random.gauss(2400, 900)))

    def device(self) -> bytes:
        return self.random.randbytes(16)

    def week(self) -> Week:
        return Week(self.sittings, self.people, self.right, self.characters)


def add_school(maker: Maker, *, pupils=300, devices=30, unit=1) -> set[int]:
    """One address, shared devices, one hour: pupils take turns, registered by their teacher that morning."""
    machines = [maker.device() for _ in range(devices)]
    free_at = [START + 8 * HOUR + maker.random.randint(0, 120) for _ in machines]
    registered_at = [START - 3 * DAY + 7 * HOUR + maker.random.randint(0, 60) for _ in machines]
    taught = {version: lures[1] for version, lures in maker.lure.items() if maker.random.random() < 0.25}
    teacher_guess = 2350
    teacher = None
    school = set()
    for place in range(pupils):
        machine = place % devices
        registered_at[machine] += maker.random.randint(70, 260)
        pupil = maker.person(
            unit,
            registered=registered_at[machine],
            device=machines[machine],
            referrer_id=teacher.account_id if teacher else None,
        )
        teacher = teacher or pupil
        ability = maker.random.betavariate(4, 3)

        def answers(version, ability=ability):
            if version in taught and maker.random.random() < 0.15:
                return code_of(version, [taught[version]])
            return maker.answer(version, ability)

        near = maker.random.random() < 0.5
        sitting = maker.sit(
            pupil,
            free_at[machine],
            answers=answers,
            seconds=maker.reading(maker.random.uniform(14, 32)),
            prediction=round(maker.random.gauss(teacher_guess, 25)) if near else maker.guess(),
            device=machines[machine],
            address="198.51.100.0/24",
        )
        free_at[machine] = sitting.finished + maker.random.randint(25, 160)
        school.add(pupil.enrolment_id)
    return school


def add_others(maker: Maker, *, people=2000, units=40) -> set[int]:
    """Everybody else: own devices, some couples share one, one to three attempts through the week."""
    others, last_device = set(), maker.device()
    for _ in range(people):
        if maker.random.random() > 0.12:
            last_device = maker.device()
        registered = START - maker.random.randint(0, 20 * DAY)
        unit = 2 + maker.random.randrange(units)
        person = maker.person(unit, registered=registered, device=last_device)
        ability, speed = maker.random.betavariate(4, 2), maker.random.uniform(12, 45)
        started = START + maker.random.randint(0, 6 * DAY)
        address = f"203.{maker.random.randrange(40)}.{maker.random.randrange(20)}.0/24"
        for number in range(1, maker.random.choice((1, 1, 2, 3)) + 1):
            sitting = maker.sit(
                person,
                started,
                answers=lambda version, level=ability: maker.answer(version, level),
                seconds=maker.reading(speed * number**0.5),
                prediction=maker.guess(),
                device=last_device,
                address=address,
                number=number,
            )
            started = sitting.finished + maker.random.randint(60, DAY)
            ability = min(1.0, ability + 0.1)
        others.add(person.enrolment_id)
    return others


def add_ring(maker: Maker, *, people=50, devices=5, unit=7, first_number=2710) -> set[int]:
    """Colluders inside a unit that has honest people too."""
    key = {version: version << 8 | right for version, right in maker.right.items()}
    for version in maker.random.sample(sorted(key), len(key) // 5):
        key[version] = code_of(version, [maker.lure[version][-1]])
    machines = [maker.device() for _ in range(devices)]
    numbers = iter(range(first_number, first_number + 3 * people))
    started, registered = START + 2 * DAY, START - DAY
    chief, ring = None, set()
    for place in range(people):
        machine = machines[place * devices // people]
        registered += maker.random.randint(12, 28)
        person = maker.person(
            unit,
            registered=registered,
            device=machine,
            phone=84_960_000_000 + 2 * place,
            referrer_id=chief.account_id if chief else None,
        )
        chief = chief or person
        for number in (1, 2, 3):
            sitting = maker.sit(
                person,
                started,
                answers=key.__getitem__,
                seconds=lambda _version: maker.random.uniform(1.2, 2.4),
                prediction=next(numbers),
                device=machine,
                address="192.0.2.0/24",
                number=number,
            )
            started = sitting.finished + maker.random.randint(5, 20)
        ring.add(person.enrolment_id)
    return ring


def simulate(seed: int = 2024) -> Simulated:
    maker = Maker(seed)
    school, others, ring = add_school(maker), add_others(maker), add_ring(maker)
    crown(maker)
    return Simulated(maker.week(), school, others, ring)


def crown(maker: Maker) -> None:
    """Mark the ten best of the week as near a prize, and two of the ring as winners of earlier weeks."""
    best = sorted(maker.sittings, key=lambda one: (-one.score, one.seconds))
    near = list(dict.fromkeys(one.enrolment_id for one in best))[:10]
    for person in near:
        maker.people[person] = replace_person(maker.people[person], is_near_prize=True)
    for person in near[:2]:
        maker.people[person] = replace_person(maker.people[person], prizes=1)


def replace_person(person: Person, **values) -> Person:
    return person._replace(**values)


def people_of(found) -> set[int]:
    return {enrolment_id for _attempt_id, enrolment_id in found.attempts}


def without(simulated: Simulated, people: set[int]) -> Week:
    """The same week without these people."""
    week = simulated.week
    return replace(
        week,
        sittings=[one for one in week.sittings if one.enrolment_id not in people],
        people={key: person for key, person in week.people.items() if key not in people},
    )
