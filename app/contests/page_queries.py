"""What the public rules page shows, at any moment."""

from datetime import datetime
from typing import Any

from app.contests import markdown_rules, policy, queries, rules, wording
from app.contests.incident_queries import cancellations_of
from app.contests.incident_wording import incident_rule
from app.contests.models import Contest


def rules_page(found: Contest, now: datetime) -> dict[str, Any]:
    """The context of contests/rules.html; seeds only of rounds that are over at `now`."""
    chosen = policy.from_json(found.policy)
    packages = queries.packages_of(found)
    rounds = queries.public_rounds_of(found)
    return dict(
        contest=found,
        rules_html=markdown_rules.to_html(found.rules_markdown),
        incident_html=markdown_rules.to_html(incident_rule(found.incident_rule)),
        cancellations=cancellations_of(rounds),
        sentences=wording.rules_sentences(chosen, found.label),
        prize_sentences=wording.prize_sentences(chosen),
        commitments=[(each, packages[each.id].commitment) for each in rounds],
        seeds={
            each.id: packages[each.id].seed for each in rounds if rules.is_seed_public(each.closes_at, now)
        },
    )
