"""One kill: start, die at a moment, start again until all is done, be judged."""

from __future__ import annotations

import time
from dataclasses import dataclass

from torture.judge import digests_came, judge, knows_of_it
from torture.scenes import Scene
from torture.stage import Stage, Trial


@dataclass(frozen=True, slots=True)
class Fate:
    """``where`` is None where the command ended before that moment; ``fault`` is None where all is well."""

    scene: str
    moment: int
    where: str | None
    fault: str | None

    def __str__(self) -> str:
        return f"{self.scene}, moment {self.moment}, killed {self.where}: {self.fault}"


def kill(stage: Stage, scene: Scene, first: Trial, moment: int) -> Fate:
    """Kill ``scene`` at ``moment``, on a copy of ``first``."""
    with stage.copy(first) as trial:
        dead = trial.run(*scene.command(trial), stop=moment)
        try:
            assert dead.dead or dead.status == 0, f"it ended by itself: {dead.status} {dead.err}"
            _judged(trial, scene)
        except AssertionError as error:
            return Fate(scene.name, moment, dead.killed, str(error) or repr(error))
        return Fate(scene.name, moment, dead.killed, None)


def _judged(trial: Trial, scene: Scene) -> None:
    handed_over, settled = 0, False
    if scene.digest == "smtp":
        time.sleep(0.1)  # The sink may not have read all yet that it was sent.
        handed_over, settled = len(trial.sink.received), knows_of_it(trial)
    trial = scene.finish(trial)
    judge(trial, scene)
    if scene.digest == "smtp":
        digests_came(trial, handed_over, settled=settled)


def steps(stage: Stage, scene: Scene, first: Trial) -> tuple[str, ...]:
    """What the command does when nobody disturbs it; and that nothing went past the counter."""
    with stage.copy(first) as trial:
        done = trial.run(*scene.command(trial), count=True)
        assert done.status == 0, (done.status, done.out, done.err)
        assert () == done.strays
        judged = scene.finish(trial)
        judge(judged, scene)
        return done.steps
