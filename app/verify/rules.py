"""The invariants that must always hold, and the report of looking at them.

The numbers are those of the project's reliability register; what a database rule enforces is checked
by the rule being there.
"""

from dataclasses import dataclass, field

CHECKS = {
    "I1": "no save arrived after the deadline and its grace",
    "I2": "no save arrived after its attempt was closed",
    "I3": "attempts of a person in a round are numbered 1 to n, n within the limit",
    "I4": "at most one open attempt of a person in a round",
    "I5": "every attempt started inside the round's window",
    "I6": "every deadline is the start plus the limit, the closing in force, or the cancellation",
    "I7": "every paper is the one that the round's seed draws",
    "I8": "every saved answer belongs to a question of its paper",
    "I9": "every saved letter was offered",
    "I10": "every score is what the stored answers earn by the attempt's key",
    "I11": "keys and packages match their digests and the published commitment",
    "I12": "a score lies between zero and the number of questions",
    "I13": "answers of a closed attempt match its receipt digest",
    "I14": "no attempt stays open long after its time",
    "I15": "every attempt has one receipt code",
    "I17": "a repeated save has one effect",
    "I18": "answers of a closed attempt are its saves, folded in order",
    "I19": "published revisions are unchanged and chained",
    "I20": "a result has one line a person, from a closed attempt of that person",
    "I21": "equal keys share a rank and ranks follow the order",
    "I22": "frozen results are what the attempts give again",
    "I23": "prizes stay within the prize table and never go to staff",
    "I24": "the target is the stated figure, the same in the public file",
    "I25": "nobody under the minimum age was enrolled",
    "I26": "sign-in names are unique and in one form",
    "I28": "nobody is signed in to a locked account, or past their second factor",
    "I30": "a referrer is another, older account",
    "I31": "whoever has the flag of a campaign meets its criteria by the facts",
    "I32": "the audit trail is unbroken",
    "I33": "no job has given up",
    "I34": "who approved a result, a key or a question is not who froze, proposed or wrote it",
    "I35": "signals of integrity are of their round, go on their day, and their reviews do not change",
    "I36": "nobody who is barred started an attempt afterwards",
    "I37": "nobody gives a role to themself or takes themself off a list",
    "I38": "every complaint ended as it was decided, by another person, and what was written stays",
    "I39": "participation figures are what the standings give, every person once",
    "I40": "evidence of submitted dossiers is unchanged, awards stand in a decision, quotas hold",
}
SHOWN_PROBLEMS = 5


@dataclass
class Report:
    """What was looked at and what was wrong, by check."""

    looked_at: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CHECKS, 0))
    problems: dict[str, list[str]] = field(default_factory=dict)

    def expect(self, check: str, holds: bool, subject: str) -> None:
        """Count one look at `check`; note `subject` when it does not hold."""
        self.looked_at[check] += 1
        if not holds:
            self.problems.setdefault(check, []).append(subject)

    @property
    def failed(self) -> list[str]:
        return [check for check in CHECKS if check in self.problems]

    def lines(self) -> list[str]:
        """One line a check, then the first problems of each failed one."""
        lines = []
        for check, meaning in CHECKS.items():
            wrong = self.problems.get(check, [])
            state = f"{len(wrong)} WRONG" if wrong else "ok"
            lines.append(f"{check:<4} {state:<10} {self.looked_at[check]:>9}  {meaning}")
            lines += [f"       {subject}" for subject in wrong[:SHOWN_PROBLEMS]]
        return lines
