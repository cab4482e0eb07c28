"""Which folders are watched."""

from __future__ import annotations

import pytest

from mailwatch.core.renaming import Mode
from mailwatch.jobs.folders import FolderWish, choose, mode_of
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
        ([FolderWish(r"\Sent")], False, [("보낸 편지함", True)]),
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


@pytest.mark.parametrize(
    ("folder", "delimiter", "wish", "fits"),
    [
        ("INBOX/Support/Azure", "/", "INBOX/Support/*", True),
        ("INBOX/Support/Azure/2026", "/", "INBOX/Support/*", True),
        ("INBOX/Support", "/", "INBOX/Support/*", False),
        ("INBOX.Support.Azure", ".", "INBOX/Support/*", True),
        ("INBOX.Support.Azure", ".", "INBOX.Support.*", True),
        ("INBOX.Support.Azure", ".", "INBOX.Support.Azure", True),
        ("INBOX\\Support\\Azure", "\\", "INBOX/Support/*", True),
        ("Support", "", "Supp*", True),
        ("지원 요청/애저", "/", "지원 요청/*", True),
        ("\u110c\u1175\u110b\u116f\u11ab/Azure", "/", "지원/*", True),
        ("지원", "/", "\u110c\u1175\u110b\u116f\u11ab", True),
        ("[Gmail]/Support", "/", "[Gmail]/*", True),
        ("GSupport", "/", "[Gmail]Support", False),
        ("Support 1", "/", "Support ?", False),
        ("Mailwatch/Cases", "/", "*", False),
        ("Mailwatch/Cases", "/", "Mailwatch/*", False),
        ("INBOX.Mailwatch.Originals", ".", "INBOX/*", False),
        ("Mailwatch", "/", "Mailwatch", False),
        ("Mailwatchers", "/", "Mailwatch*", True),
    ],
)
def test_patterns_and_names(folder: str, delimiter: str, wish: str, *, fits: bool) -> None:
    """The star alone is special, levels are told apart by either sign, Hangul is the same in either form."""
    watched, _ = choose([Folder(folder, Role.NONE, delimiter)], [FolderWish(wish)], sent=False)
    assert fits is bool(watched)


@pytest.mark.parametrize(
    ("role", "by_pattern"),
    [(Role.JUNK, True), (Role.DRAFTS, False), (Role.TRASH, False), (Role.ALL, False), (Role.ARCHIVE, True)],
)
def test_a_pattern_leaves_out_what_is_no_mail_of_its_own(role: Role, *, by_pattern: bool) -> None:
    """Drafts are not sent, Trash was thrown away, All Mail holds all twice; by name each can be had."""
    folder = Folder("Some/Folder", role, "/")
    assert by_pattern is bool(choose([folder], [FolderWish("Some/*")], sent=False)[0])
    for name in ("Some/Folder", f"\\{role.value.capitalize()}"):
        assert [folder] == [w.folder for w in choose([folder], [FolderWish(name)], sent=False)[0]]


@pytest.mark.parametrize("role", [Role.JUNK, Role.SENT, Role.DRAFTS, Role.TRASH, Role.ALL])
def test_some_folders_are_read_and_never_renamed(role: Role) -> None:
    """One line where the config asks for it by name; a pattern renames the others."""
    folder, other = Folder("Some/Folder", role, "/"), Folder("Some/Other", Role.NONE, "/")
    (watched,), (line,) = choose([folder], [FolderWish("Some/Folder", Mode.REPLACE)], sent=False)
    assert (Mode.OFF, True) == (watched.rename, "never renamed" in str(line))
    found, lines = choose([folder, other], [FolderWish("Some/*", Mode.COPY)], sent=False)
    assert Mode.COPY is {w.folder.name: w.rename for w in found}["Some/Other"]
    assert () == lines
    assert Mode.OFF is mode_of("Some/Folder", [folder], [FolderWish("Some/*", Mode.COPY)])


def test_the_mode_of_a_folder_that_is_gone_is_what_the_config_says() -> None:
    """Its special use is not known any more, its name and the server's delimiter are."""
    wishes = [FolderWish(r"\Archive", Mode.COPY), FolderWish("Support/*", Mode.REPLACE)]
    listed = [Folder("INBOX", Role.INBOX, "."), Folder("Old", Role.ARCHIVE, ".")]
    assert [Mode.REPLACE, Mode.COPY, Mode.OFF] == [
        mode_of(name, listed, wishes) for name in ("Support.Azure", "Old", "Elsewhere")
    ]
    assert Mode.REPLACE is mode_of("Support/Azure", [], wishes)
