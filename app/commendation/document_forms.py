"""Forms that ask for a paper of commendation."""

from wtforms import HiddenField
from wtforms.validators import AnyOf

from app.commendation.document_rules import Paper
from app.web.forms import BaseForm


class CasePaperForm(BaseForm):
    """A paper of one dossier."""

    paper = HiddenField(validators=[AnyOf([Paper.REPORT, Paper.LETTER])])


class BodyPaperForm(BaseForm):
    """A paper of a body; `of` is the public id of the meeting or of the decision it is of."""

    paper = HiddenField(validators=[AnyOf([Paper.PROPOSAL, Paper.LIST, Paper.MINUTES, Paper.DECISION])])
    of = HiddenField()
