"""Run waiting jobs: each claimed by a lease, done in one transaction, found again when it dies."""

import structlog
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from app import clock
from app.extensions import db
from app.jobs import services
from app.jobs.registry import work_of

log = structlog.get_logger()
QUEUE = "kheo"
DRAIN = "app.worker.drain"
REDIS_TIMEOUT_SECONDS = 0.5


def run_waiting_jobs(limit: int = 20) -> int:
    """Run up to `limit` waiting jobs and return how many ran. Commits per job; never raises."""
    for count in range(limit):
        job = services.claim_job(clock.now())
        db.session.commit()
        if job is None:
            return count
        _run(job.id, job.kind, dict(job.payload))
    return limit


def _run(job_id: int, kind: str, payload: dict[str, object]) -> None:
    try:
        work_of(kind)(payload, clock.now())
        services.finish_job(job_id, now=clock.now())
        db.session.commit()
        log.info("job_done", job=job_id, kind=kind)
    except Exception as error:
        db.session.rollback()
        services.fail_job(job_id, type(error).__name__ + ": " + str(error))
        db.session.commit()
        log.error("job_failed", job=job_id, kind=kind, exc_info=error)


def queue() -> Queue:
    """The queue that workers listen on. Raises RedisError when Redis is away."""
    connection = Redis.from_url(
        current_app.config["KHEO"].redis_url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
    )
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)


def ring() -> None:
    """Tell a worker that something waits. Without Redis the timetable finds it a little later."""
    if current_app.config["KHEO"].redis_url is None:
        return
    try:
        waiting = queue()
        if not waiting.count:
            waiting.enqueue(DRAIN, result_ttl=0)
    except RedisError as error:
        log.warning("doorbell_silent", error=type(error).__name__)
