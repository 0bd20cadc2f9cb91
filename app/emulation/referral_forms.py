"""Forms of the referral page."""

from app.web.forms import BaseForm


class PosterForm(BaseForm):
    """Nothing but the act."""
