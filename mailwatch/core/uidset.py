"""A folder as we believe it to be, held against the folder as it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Differences:
    """UIDs, ascending. ``gone``: we believed them there. ``back``: we believed them gone.

    ``new``: nobody has looked at them.
    """

    gone: tuple[int, ...] = ()
    back: tuple[int, ...] = ()
    new: tuple[int, ...] = ()


def differences(
    believed: Mapping[int, bool], there: Collection[int], *, exists: int, low: int, high: int
) -> Differences:
    """What is otherwise than we believe.

    Args:
        believed: UIDs of originals of this folder; false for those that were gone when last looked at.
        there: all UIDs that the server tells, in answer to one question.
        exists: how many mails the server says the folder holds. An answer that falls short of
            it is not believed: state must never be thrown away because a server was half asleep.
        low: from here on UIDs have been read ...
        high: ... up to here, so that others in between have become visible late.
    """
    present = frozenset(there)
    if len(present) < exists:
        return Differences()
    return Differences(
        gone=tuple(sorted(uid for uid, live in believed.items() if live and uid not in present)),
        back=tuple(sorted(uid for uid, live in believed.items() if not live and uid in present)),
        new=tuple(sorted(uid for uid in present if low <= uid <= high and uid not in believed)),
    )
