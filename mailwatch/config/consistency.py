"""Values that are right one by one and contradict one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mailwatch.config.document import Document, Found
from mailwatch.config.model import Config
from mailwatch.config.references import Problem, astray
from mailwatch.errors import Words


def contradictions(config: Config, tree: Document) -> tuple[Found, ...]:
    """Everything in a valid configuration that cannot be true together."""
    problems = (
        *_twice("mailboxes", [m.name for m in config.mailboxes]),
        *_twice("digests", [d.name for d in config.digests or ()]),
        *_twice("schemes", [s.name for s in config.schemes]),
        *_twice("customers", [c.name for c in config.customers]),
        *_twice("plans", [p.name for p in config.plans]),
        *_twice("calendars", [c.name for c in config.calendars]),
        *astray(config),
        *_folders_twice(config),
        *_deliveries(config),
        *_customers(config),
        *_alerts(config),
        *_templates(config),
    )
    return tuple(
        Found(words.template, words.values, tree.locate(path), ".".join(map(str, path)))
        for path, words in problems
    )


def _twice(key: str, names: Sequence[str]) -> Iterator[Problem]:
    # Letter case does not tell two names apart: they become file names and are typed by hand.
    folded = [name.casefold() for name in names]
    for index, name in enumerate(folded):
        if name in folded[:index]:
            yield (key, index, "name"), Words("the name {name} is taken already", {"name": names[index]})


def _folders_twice(config: Config) -> Iterator[Problem]:
    for index, mailbox in enumerate(config.mailboxes):
        names = [folder.name for folder in mailbox.folders]
        for place, name in enumerate(names):
            if name in names[:place]:
                path = ("mailboxes", index, "folders", place)
                yield path, Words("the folder {name} is listed already", {"name": name})


def _deliveries(config: Config) -> Iterator[Problem]:
    watched = {mailbox.address for mailbox in config.mailboxes}
    for index, digest in enumerate(config.digests or ()):
        if config.delivery(digest) == "smtp":
            if config.smtp is None:
                yield ("digests", index, "deliver"), Words("deliver: smtp needs the key smtp")
        else:
            yield from _strangers(index, [reader.address for reader in digest.to], watched)


def _customers(config: Config) -> Iterator[Problem]:
    """A misspelt customer would leave a digest empty for good."""
    known = {customer.name for customer in config.customers}
    for index, digest in enumerate(config.digests or ()):
        for place, reader in enumerate(digest.to):
            for name in reader.customers or ():
                if name not in known:
                    path = ("digests", index, "to", place, "customers")
                    yield path, Words("there is no customer {name} under customers", {"name": name})


def _templates(config: Config) -> Iterator[Problem]:
    """A folder that somebody names and that is not there would be passed over in silence."""
    folder = config.templates
    if folder is not None and not _is_folder(folder):
        yield ("templates",), Words("the folder {path} is not there or may not be read", {"path": folder})


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # One that may not be looked at cannot be used either.
        return False


def _alerts(config: Config) -> Iterator[Problem]:
    """Without a server that takes mail, alarms reach watched mailboxes alone."""
    if config.smtp is not None or config.alerts.smtp is not None:
        return
    if config.alerts.also:
        yield ("alerts", "also"), Words("alerts to addresses outside need the key smtp")
    watched = {mailbox.address for mailbox in config.mailboxes}
    for reader in config.alerts.to or ():
        if reader.address not in watched:
            yield (
                ("alerts", "to"),
                Words(
                    "{address} is no watched mailbox, so nothing can be put into its INBOX; set smtp",
                    {"address": reader.address},
                ),
            )


def _strangers(index: int, readers: Iterable[str], watched: set[str]) -> Iterator[Problem]:
    for place, address in enumerate(readers):
        if address not in watched:
            words = Words(
                "{address} is no watched mailbox, so nothing can be put into its INBOX; set smtp",
                {"address": address},
            )
            yield ("digests", index, "to", place), words
