"""What is killed: each command, what it starts from, and how it is brought to its end afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from torture.stage import Stage, Trial, polled

QUARTER = 1000.0
"""Seconds: a digest that may be under way is left alone for fifteen minutes."""

ROUNDS = 6
"""A command that is run so often and is not done never will be."""


@dataclass(frozen=True, slots=True)
class Scene:
    """``words`` are killed; then ``finish`` runs the same command until it has nothing to do.

    ``renames`` says whether there are renamed copies in the end, ``digest`` by which way a digest must have
    come, ``content`` what the command says where it was done already.
    """

    name: str
    words: tuple[str, ...]
    begin: Callable[[Stage], Trial]
    renames: bool = True
    digest: str | None = None
    content: str | None = None

    def command(self, trial: Trial) -> tuple[str, ...]:
        return tuple(word.format(data=trial.house.data, backup=trial.backup) for word in self.words)

    def finish(self, trial: Trial) -> Trial:
        """Run it again and again, then poll, as a timer would; the trial as it must then be."""
        if self.words != ("poll",):
            trial = self._repeated(trial)
        trial = polled(trial)
        return trial.all_renamed() if self.renames else replace(trial, renamed=frozenset())

    def _repeated(self, trial: Trial) -> Trial:
        for _ in range(ROUNDS):
            done = trial.run(*self.command(trial))
            if done.status == 0 or (self.content and self.content in done.err):
                return trial
            if self.digest:
                trial = replace(trial, later=trial.later + QUARTER)
        raise AssertionError(f"{self.name} does not come to its end: {done}")


SCENES = (
    Scene("first poll", ("poll",), Stage.empty, renames=False),
    Scene("poll", ("poll",), Stage.expecting),
    Scene("rename", ("rename", "--backlog"), Stage.filed),
    Scene("undo", ("rename", "--undo", "--all"), Stage.settled, renames=False),
    Scene("reindex", ("reindex",), Stage.settled),
    Scene("restore", ("reindex", "--from", "{data}"), Stage.bereft, content="the database is not empty"),
    Scene("backup", ("backup", "{backup}"), Stage.settled),
    Scene("digest by smtp", ("digest", "by-smtp", "--send"), Stage.settled, digest="smtp"),
    Scene("digest by imap", ("digest", "by-imap", "--send"), Stage.settled, digest="imap"),
)
