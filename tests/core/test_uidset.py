"""A folder as we believe it to be, against the folder as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.uidset import Differences, differences

LIVE, GONE = True, False


@pytest.mark.parametrize(
    ("believed", "there", "exists", "found"),
    [
        ({}, [], 0, Differences()),
        ({4: LIVE, 5: LIVE}, [4, 5], 2, Differences()),
        ({4: LIVE, 5: LIVE}, [5], 1, Differences(gone=(4,))),
        ({4: GONE, 5: LIVE}, [4, 5], 2, Differences(back=(4,))),
        ({4: GONE}, [], 0, Differences()),
        ({4: LIVE}, [4, 6], 2, Differences(new=(6,))),
        ({4: LIVE}, [4, 1, 11], 3, Differences()),
        ({4: LIVE, 5: LIVE}, [], 0, Differences(gone=(4, 5))),
        # The server counts two mails and names none: it is half asleep, and nothing is thrown away.
        ({4: LIVE, 5: LIVE}, [], 2, Differences()),
        ({4: LIVE, 5: LIVE}, [4], 2, Differences()),
    ],
)
def test_what_is_otherwise(
    believed: dict[int, bool], there: list[int], exists: int, found: Differences
) -> None:
    """UIDs 2 to 10 have been read; what lies outside is the poll's affair."""
    assert found == differences(believed, there, exists=exists, low=2, high=10)


UIDS = st.integers(1, 30)


@given(st.dictionaries(UIDS, st.booleans()), st.sets(UIDS), UIDS, UIDS)
def test_what_was_told_is_not_told_again(
    believed: dict[int, bool], there: set[int], low: int, high: int
) -> None:
    """Once the differences are taken in, a second look finds none but those nobody has read."""
    found = differences(believed, there, exists=len(there), low=low, high=high)
    after = {**believed, **dict.fromkeys(found.gone, False), **dict.fromkeys(found.back, True)}
    again = differences(after, there, exists=len(there), low=low, high=high)
    assert ((), (), found.new) == (again.gone, again.back, again.new)
    assert not set(found.new) & set(believed)
