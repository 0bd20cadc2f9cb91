"""All searches over one closed round, in one place."""

from app.integrity.answer_rules import find_answers, mistakes_of
from app.integrity.cluster_rules import find_clusters
from app.integrity.fact_rules import background_of
from app.integrity.people_rules import find_referrals, find_sign_ups, find_winners
from app.integrity.prediction_rules import find_predictions
from app.integrity.rules import Found, Week
from app.integrity.timing_rules import find_speed


def find_signals(week: Week) -> list[Found]:
    """Every signal of the round, kind by kind; none in a round without valid attempts."""
    mistakes = mistakes_of(week)
    background = background_of(week, mistakes)
    return [
        *find_speed(week),
        *find_answers(week, mistakes),
        *find_clusters(week, mistakes, background),
        *find_predictions(week),
        *find_winners(week),
        *find_sign_ups(week),
        *find_referrals(week, mistakes, background),
    ]
