"""Every table of Khéo, for migrations and checks: importing this module fills the metadata."""

from app.accounts import models as accounts
from app.attempts import models as attempts
from app.audit import models as audit
from app.contests import models as contests
from app.enrolments import models as enrolments
from app.extensions import Base
from app.files import models as files
from app.jobs import models as jobs
from app.questions import models as questions
from app.ranking import models as ranking
from app.units import models as units

TABLES = (accounts, attempts, audit, contests, enrolments, files, jobs, questions, ranking, units)
metadata = Base.metadata
