"""Every table of Khéo, for migrations and checks: importing this module fills the metadata."""

from app.accounts import models as accounts
from app.analysis import models as analysis
from app.attempts import models as attempts
from app.audit import models as audit
from app.commendation import certificate_models as certificates
from app.commendation import document_models as commendation_documents
from app.commendation import models as commendation
from app.commendation import template_models as word_templates
from app.complaints import models as complaints
from app.contests import models as contests
from app.emulation import draft_models as criteria_drafts
from app.emulation import models as emulation
from app.emulation import referral_models as referral_posters
from app.enrolments import exclusion_models as exclusions
from app.enrolments import models as enrolments
from app.enrolments import transfer_models as transfers
from app.error_counts import ErrorCount
from app.extensions import Base
from app.files import models as files
from app.integrity import models as integrity
from app.jobs import models as jobs
from app.participation import board_models as collective_boards
from app.participation import headcount_models as headcounts
from app.participation import missing_models as populations
from app.participation import models as participation
from app.participation import reminder_models as reminders
from app.participation import report_models as reports
from app.questions import import_models as question_imports
from app.questions import models as questions
from app.ranking import desk_models as result_desk
from app.ranking import models as ranking
from app.rosters import models as rosters
from app.units import models as units

TABLES = (
    accounts,
    analysis,
    attempts,
    audit,
    certificates,
    collective_boards,
    commendation,
    commendation_documents,
    complaints,
    contests,
    criteria_drafts,
    emulation,
    enrolments,
    ErrorCount,
    exclusions,
    files,
    headcounts,
    integrity,
    jobs,
    participation,
    populations,
    question_imports,
    questions,
    ranking,
    referral_posters,
    reminders,
    reports,
    result_desk,
    rosters,
    transfers,
    units,
    word_templates,
)
metadata = Base.metadata
