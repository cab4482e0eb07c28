"""Which folders are watched."""

from __future__ import annotations

import pytest

from mailwatch.core.renaming import Mode
from mailwatch.jobs.folders import FolderWish, choose
from mailwatch.ports import Folder, Role

INBOX = Folder("INBOX", Role.INBOX, "/")
SENT = Folder("보낸 편지함", Role.SENT, "/")
RULES = Folder("INBOX/Support/Azure", Role.NONE, "/")
OWN = Folder("Mailwatch/Originals", Role.NONE, "/")
OWN_BELOW_INBOX = Folder("INBOX.Mailwatch.Cases", Role.NONE, ".")
PARENT = Folder("Archive", Role.NONE, "/", selectable=False)
ALL = (SENT, RULES, INBOX, OWN, OWN_BELOW_INBOX, PARENT)


def names(*wishes: FolderWish, sent: bool = True) -> list[tuple[str, bool]]:
    watched, _ = choose(ALL, wishes, sent=sent)
    return [(w.folder.name, w.outgoing) for w in watched]


@pytest.mark.parametrize(
    ("wishes", "sent", "expected"),
    [
        ([FolderWish("INBOX")], True, [("INBOX", False), ("보낸 편지함", True)]),
        ([FolderWish("inbox")], False, [("INBOX", False)]),
        ([FolderWish("INBOX/Support/*")], False, [("INBOX/Support/Azure", False)]),
        ([FolderWish("보낸 편지함")], False, [("보낸 편지함", True)]),
        ([FolderWish("INBOX", outgoing=True)], True, [("INBOX", True)]),
        ([FolderWish("*")], False, [("INBOX", False), ("INBOX/Support/Azure", False), ("보낸 편지함", True)]),
    ],
)
def test_what_is_watched(wishes: list[FolderWish], *, sent: bool, expected: list[tuple[str, bool]]) -> None:
    """INBOX comes first, the Sent folder is outgoing by its attribute, our own folders are never polled."""
    assert expected == names(*wishes, sent=sent)


def test_the_first_fitting_wish_holds() -> None:
    """A folder named by itself keeps its own mode beside a pattern that fits it, too."""
    watched, _ = choose(ALL, [FolderWish("INBOX", Mode.REPLACE), FolderWish("*", Mode.COPY)], sent=False)
    assert Mode.REPLACE is next(w.rename for w in watched if w.folder is INBOX)


def test_a_missing_folder_is_told_and_a_pattern_may_fit_nothing() -> None:
    """A name without a folder is a mistake of the config; a pattern waits for its folders."""
    _, missing = choose(ALL, [FolderWish("Suport"), FolderWish("Later/*")], sent=True)
    assert ["the folder Suport does not exist on the server"] == [str(words) for words in missing]


def test_a_slash_stands_for_the_servers_delimiter() -> None:
    """``INBOX/Support`` in the config finds ``INBOX.Support`` on a server that separates by dots."""
    dotted = Folder("INBOX.Support", Role.NONE, ".")
    watched, missing = choose([dotted], [FolderWish("INBOX/Support")], sent=False)
    assert ([dotted], ()) == ([w.folder for w in watched], missing)
