"""What a plan must know before anything is appended, so that a lost answer can be mended."""

from __future__ import annotations

from dataclasses import replace

from mailwatch.core.rename_sight import DELETED, Seen
from mailwatch.core.renaming import Plan
from mailwatch.ports import FolderState


def rename_prepared(plan: Plan, seen: Seen, state: FolderState, uidnext: int, copy: str) -> Plan:
    """``plan`` with the place and the SHA-256 of its copy-to-be, in the folder of ``state``."""
    assert seen.source is not None
    return replace(
        plan,
        copy=copy,
        flags=permitted(seen.source.flags, state),
        internaldate=seen.source.internaldate,
        uidnext_before=uidnext,
        copy_folder=state.folder,
        copy_uidvalidity=state.uidvalidity,
        why=None,
    )


def undo_prepared(plan: Plan, seen: Seen, state: FolderState, uidnext: int) -> Plan:
    """``plan`` with the flags and the date that its copy has now, for the original that comes back."""
    assert seen.copy is not None
    return replace(
        plan,
        flags=permitted(seen.copy.flags, state),
        internaldate=seen.copy.internaldate,
        uidvalidity=state.uidvalidity,
        uidnext_before=uidnext,
        why=None,
    )


def permitted(flags: frozenset[str], state: FolderState) -> tuple[str, ...]:
    r"""The flags that the folder can keep (RFC 3501 7.1, PERMANENTFLAGS); \Deleted never travels."""
    anything = r"\*" in state.permanent_flags
    kept = (f for f in flags if f in state.permanent_flags or (anything and not f.startswith("\\")))
    return tuple(sorted(f for f in kept if f != DELETED))
