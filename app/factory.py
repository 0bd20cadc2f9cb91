"""The application factory."""

from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from app import (
    clock,
    models,  # noqa: F401 -- fills the metadata
    timetable,
)
from app.accounts import cli as accounts_cli
from app.accounts import factor_views
from app.accounts import login as accounts_login
from app.accounts import staff as accounts_staff
from app.accounts import views as accounts_views
from app.admin import audit_staff as admin_audit
from app.admin import people_staff as admin_people
from app.admin import role_staff as admin_roles
from app.analysis import cli as analysis_cli
from app.analysis import organiser as analysis_organiser
from app.attempts import views as attempts_views
from app.commendation import (
    certificate_views,
    choice_staff,
    council_staff,
    document_staff,
    template_organiser,
)
from app.commendation import organiser as commendation_organiser
from app.commendation import report_staff as commendation_report_staff
from app.commendation import staff as commendation_staff
from app.commendation import views as commendation_views
from app.complaints import organiser as complaints_organiser
from app.complaints import views as complaints_views
from app.contests import calendar_organiser, coverage_organiser, series_organiser
from app.contests import cli as contests_cli
from app.contests import organiser as contests_organiser
from app.contests import round_organiser as rounds_organiser
from app.contests import views as contests_views
from app.developers import cli as developers_cli
from app.emulation import attestation_staff, criteria_organiser, referral_organiser, referral_views
from app.emulation import cli as emulation_cli
from app.emulation import organiser as campaigns_organiser
from app.emulation import staff as campaigns_staff
from app.emulation import views as emulation_views
from app.enrolments import exclusion_organiser
from app.extensions import csrf, db, login_manager, migrate
from app.integrity import organiser as integrity_organiser
from app.participation import (
    board_organiser,
    board_staff,
    board_views,
    headcount_import_staff,
    headcount_staff,
    missing_staff,
    report_staff,
)
from app.participation import cli as participation_cli
from app.participation import staff as participation_staff
from app.portal import api_views, preview_organiser
from app.portal import views as portal_views
from app.questions import cli as questions_cli
from app.questions import editor_organiser as questions_editor
from app.questions import import_organiser as questions_import
from app.questions import organiser as questions_organiser
from app.questions import views as questions_views
from app.ranking import cli as ranking_cli
from app.ranking import incident_organiser, key_organiser, key_views, live_organiser, paper_organiser
from app.ranking import organiser as ranking_organiser
from app.ranking import views as ranking_views
from app.rosters import assist_staff, merge_staff, own_unit_staff, people_staff, slip_staff
from app.rosters import staff as rosters_staff
from app.units import cli as units_cli
from app.units import views as units_views
from app.verify import cli as verify_cli
from app.web import assets, compression, context, errors, filters, headers, health, limits, logs, requests
from config import Config

BLUEPRINTS = (
    health.bp,
    portal_views.bp,
    preview_organiser.bp,
    api_views.bp,
    units_views.bp,
    accounts_views.bp,
    factor_views.bp,
    accounts_staff.bp,
    questions_views.bp,
    questions_organiser.bp,
    questions_editor.bp,
    coverage_organiser.bp,
    questions_import.bp,
    contests_views.bp,
    contests_organiser.bp,
    rounds_organiser.bp,
    series_organiser.bp,
    calendar_organiser.bp,
    exclusion_organiser.bp,
    admin_roles.bp,
    admin_people.bp,
    admin_audit.bp,
    attempts_views.bp,
    ranking_views.bp,
    ranking_organiser.bp,
    incident_organiser.bp,
    complaints_views.bp,
    complaints_organiser.bp,
    analysis_organiser.bp,
    key_views.bp,
    key_organiser.bp,
    paper_organiser.bp,
    referral_views.bp,
    referral_organiser.bp,
    emulation_views.bp,
    campaigns_organiser.bp,
    criteria_organiser.bp,
    campaigns_staff.bp,
    attestation_staff.bp,
    live_organiser.bp,
    participation_staff.bp,
    missing_staff.bp,
    headcount_staff.bp,
    headcount_import_staff.bp,
    report_staff.bp,
    board_staff.bp,
    board_views.bp,
    board_organiser.bp,
    integrity_organiser.bp,
    certificate_views.bp,
    document_staff.bp,
    template_organiser.bp,
    commendation_organiser.bp,
    commendation_staff.bp,
    choice_staff.bp,
    council_staff.bp,
    commendation_report_staff.bp,
    commendation_views.bp,
    rosters_staff.bp,
    slip_staff.bp,
    assist_staff.bp,
    people_staff.bp,
    merge_staff.bp,
    own_unit_staff.bp,
)
COMMANDS = (
    units_cli.units,
    accounts_cli.create_admin,
    questions_cli.questions,
    contests_cli.contests,
    ranking_cli.results,
    analysis_cli.items,
    emulation_cli.emulation,
    participation_cli.participation,
    verify_cli.verify,
    timetable.timetable,
    developers_cli.seed_demo,
)
STATIC_MAX_AGE = 365 * 24 * 3600


def create_app(config: Config) -> Flask:
    """One Flask app for one deployment."""
    app = Flask("app", static_folder="web/static", template_folder="web/templates")
    app.config.update(flask_settings(config))
    app.jinja_env.undefined = StrictUndefined
    requests.init_app(app)
    _init_database(app, config)
    login_manager.init_app(app)
    csrf.init_app(app)
    accounts_login.init_app(app, hash_slots=config.hash_slots)
    for room in (logs, errors, filters, context, assets, compression, limits):
        room.init_app(app)
    headers.init_app(app, is_https=config.is_https)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    app.wsgi_app = compression.StaticFiles(  # type: ignore[method-assign]
        app.wsgi_app,
        root=app.static_folder,
        prefix="static/",
        max_age=STATIC_MAX_AGE,
        add_headers_function=headers.add_to_file,
    )
    return app


def flask_settings(config: Config) -> dict[str, Any]:
    """Our settings in the names that Flask and its extensions read."""
    return {
        "KHEO": config,
        "SECRET_KEY": config.secret_key,
        "SECRET_KEY_FALLBACKS": list(config.secret_key_fallbacks),
        "SESSION_COOKIE_NAME": "__Host-kheo" if config.is_https else "kheo",
        "SESSION_COOKIE_SECURE": config.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": 90 * 24 * 3600,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(config),
        "TEMPLATES_AUTO_RELOAD": False,
    }


def engine_options(config: Config) -> dict[str, Any]:
    """Pool and session settings of the engine."""
    if config.is_sqlite:
        return {"connect_args": {"check_same_thread": False, "timeout": 15}}
    settings = "-c synchronous_commit=on -c lock_timeout=2000 -c statement_timeout=60000 -c timezone=UTC"
    return {
        "pool_size": config.pool_size,
        "max_overflow": 2,
        "pool_timeout": 10,
        "connect_args": {"options": settings, "connect_timeout": 5},
    }


def _init_database(app: Flask, config: Config) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory="migrations")
    with app.app_context():
        clock.init_app(app, db.engine)
