"""Many kills: which moments, on how many launchers at once, and what came of them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from servers.dovecot import DovecotServer
from servers.postgresql import PostgresqlServer
from torture.kill import Fate, kill, steps
from torture.scenes import SCENES, Scene
from torture.stage import Stage, Trial
from torture.starter import Starter

Told = Callable[[Fate], None]


@dataclass(frozen=True, slots=True)
class Tried:
    """What is known of one scene: how many steps it takes, and the fates of those that were killed."""

    scene: Scene
    steps: int
    fates: tuple[Fate, ...]

    @property
    def kills(self) -> int:
        return sum(fate.where is not None for fate in self.fates)

    @property
    def faults(self) -> tuple[Fate, ...]:
        return tuple(fate for fate in self.fates if fate.fault is not None)


def rounds(
    folder: Path,
    dovecot: DovecotServer,
    choose: Callable[[dict[str, int]], Sequence[tuple[str, int]]],
    *,
    postgresql: PostgresqlServer | None = None,
    jobs: int = 2,
    tell: Told = lambda _fate: None,
    until: float = float("inf"),
) -> list[Tried]:
    """Run each scene once to count its steps, then kill it at the moments that ``choose`` names.

    A scene of n steps has the moments 0 to 2n - 1. ``until`` is a time of ``time.monotonic``; what is
    not done by then is left out.
    """
    with ExitStack() as stack:
        stages = [stack.enter_context(_open(folder / f"job{n}", dovecot, postgresql)) for n in range(jobs)]
        firsts = _begun(stages[0])
        scenes = {scene.name: scene for scene in SCENES}

        def count(stage: Stage, name: str) -> tuple[str, int]:
            return name, len(steps(stage, scenes[name], firsts[scenes[name].begin]))

        def die(stage: Stage, target: tuple[str, int]) -> Fate | None:
            if time.monotonic() > until:
                return None
            scene = scenes[target[0]]
            fate = kill(stage, scene, firsts[scene.begin], target[1])
            tell(fate)
            return fate

        counts = dict(_shared(stages, count, scenes))
        fates = [fate for fate in _shared(stages, die, choose(counts)) if fate is not None]
    return [
        Tried(scene, counts[name], tuple(f for f in fates if f.scene == name))
        for name, scene in scenes.items()
    ]


@contextmanager
def _open(folder: Path, dovecot: DovecotServer, postgresql: PostgresqlServer | None) -> Iterator[Stage]:
    """A launcher, and the stage that it works on."""
    with Starter(folder / "launcher") as starter:
        stage = Stage(folder / "trials", dovecot, starter, postgresql)
        try:
            yield stage
        finally:
            stage.close()


def _begun(stage: Stage) -> dict[Callable[[Stage], Trial], Trial]:
    """Each beginning is made once."""
    return {begin: begin(stage) for begin in dict.fromkeys(scene.begin for scene in SCENES)}


def _shared(stages: Sequence[Stage], work: Callable[[Stage, Any], Any], items: Iterable[Any]) -> list[Any]:
    """Do ``work`` for all items, on all stages at once."""
    waiting: SimpleQueue[Any] = SimpleQueue()
    for item in items:
        waiting.put(item)

    def one(stage: Stage) -> list[Any]:
        done = []
        while True:
            try:
                item = waiting.get_nowait()
            except Empty:
                return done
            done.append(work(stage, item))

    with ThreadPoolExecutor(len(stages)) as pool:
        return [result for results in pool.map(one, stages) for result in results]


# ── which moments ─────────────────────────────────────────────────────────────


def every(counts: dict[str, int], share: int, seed: int) -> list[tuple[str, int]]:
    """One moment of ``share``, in an order that lets a run that is broken off have tried of all."""
    moments = [(name, moment) for name, steps_ in counts.items() for moment in range(2 * steps_)]
    random.Random(seed).shuffle(moments)
    return moments[: len(moments) // share]


def sample(counts: dict[str, int], kills: int, seed: int) -> list[tuple[str, int]]:
    """``kills`` moments, the same number for each scene as far as it goes."""
    chance = random.Random(seed)
    each, more = divmod(kills, len(counts))
    chosen: list[tuple[str, int]] = []
    for place, (name, steps_) in enumerate(counts.items()):
        wanted = each + (place < more)
        chosen += [(name, moment) for moment in chance.sample(range(2 * steps_), min(wanted, 2 * steps_))]
    return chosen
