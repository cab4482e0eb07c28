"""The timetable: who is rung when. Kept in memory and made anew from the configuration at each start.

What is due lives in our own tables; a ring that comes late or twice does no harm.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from mailwatch.config.model import Config
from mailwatch.daemon.bell import Want
from mailwatch.daemon.events import event
from mailwatch.daemon.watcher import Watcher

SPREAD = 0.25
"""Seconds between the first looks of two mailboxes, on average: thirty log-ins at once are refused."""

NIGHT = 3
"""The hour, in the configured time zone, in which folders are compared."""

Chance = Callable[[float, float], float]


def timetable(
    config: Config,
    watchers: Sequence[Watcher],
    minutely: Mapping[str, Callable[[], None]],
    nightly: Callable[[], None],
    *,
    now: datetime,
    chance: Chance = random.uniform,
) -> BackgroundScheduler:
    """A scheduler, not yet started.

    Args:
        config: intervals and time zone.
        watchers: the mailboxes' threads.
        minutely: called each minute, by name; a slow one delays itself alone.
        nightly: called once a night: what is too old is forgotten.
        now: the time, UTC.
        chance: a random number between two.
    """
    scheduler = BackgroundScheduler(
        timezone=config.timezone,
        # APScheduler's own limit of one second loses jobs, and a clock that jumps must not lose any.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        executors={"default": {"type": "threadpool", "max_workers": 4}},
    )
    for watcher in watchers:
        first = now + timedelta(seconds=chance(0, SPREAD * (len(watchers) - 1)))
        _add(scheduler, watcher, config, first, night=int(chance(0, 59)))
    # Who wants to hear of trouble within less than a minute is heard that often.
    often = min(60.0, max(1.0, config.alerts.after.total_seconds()))
    for name, chore in minutely.items():
        scheduler.add_job(chore, IntervalTrigger(seconds=often), next_run_time=now, id=name)
    scheduler.add_job(nightly, CronTrigger(hour=NIGHT, minute=30, timezone=config.timezone), id="nightly")
    scheduler.add_listener(_tell, EVENT_JOB_ERROR)
    return scheduler


def wind(scheduler: BackgroundScheduler, now: datetime) -> None:
    """Set all rings anew after the clock was set back: each would come as much too late.

    What comes at intervals comes now, and by its interval from then on.
    """
    for job in scheduler.get_jobs():
        at_once = isinstance(job.trigger, IntervalTrigger)
        scheduler.modify_job(
            job.id, next_run_time=now if at_once else job.trigger.get_next_fire_time(None, now)
        )


def _add(
    scheduler: BackgroundScheduler, watcher: Watcher, config: Config, first: datetime, *, night: int
) -> None:
    """The rings of one mailbox; ``night`` is the minute of its nightly comparison."""
    every = config.poll.total_seconds()
    scheduler.add_job(
        watcher.bell.ring,
        IntervalTrigger(seconds=every, jitter=every / 10),
        args=[Want.POLL],
        next_run_time=first,
        id=f"poll {watcher.state.name}",
    )
    scheduler.add_job(
        watcher.bell.ring,
        CronTrigger(hour=NIGHT, minute=night, timezone=config.timezone),
        args=[Want.COMPARE],
        id=f"compare {watcher.state.name}",
    )


def _tell(fault: JobExecutionEvent) -> None:
    """A job that rings cannot fail but by a defect of ours; the timetable goes on."""
    event("defect", level=logging.CRITICAL, job=fault.job_id, fault=fault.exception)
