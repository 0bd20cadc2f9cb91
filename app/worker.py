"""What an RQ worker loads: `rq worker -S rq.serializers.JSONSerializer kheo`."""

from app.factory import create_app
from app.jobs.runner import run_waiting_jobs
from config import Config

app = create_app(Config.from_env())


def drain() -> int:
    """Run what waits; returns how many jobs ran."""
    with app.app_context():
        return run_waiting_jobs()
