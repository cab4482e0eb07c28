"""What a server allows, from what it offers and what a probe found."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from mailwatch.core.fidelity import (
    AGAIN,
    GOOD_FOR,
    Allowed,
    Fidelity,
    Offer,
    Probe,
    Profile,
    Ruling,
    judge,
    lost,
    must_probe,
    without,
)
from mailwatch.core.renaming import Mode

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FULL = Offer("mail.contoso.example", move=True, uidplus=True, labels=False)
GMAIL = replace(FULL, labels=True)


@pytest.mark.parametrize(
    ("offer", "found", "allowed", "why"),
    [
        (FULL, None, "replace", None),
        (FULL, Fidelity(), "replace", None),
        (FULL, without(["raw_header", "keywords", "swept"]), "replace", None),
        (replace(FULL, move=False), None, "copy", "no-move"),
        (replace(FULL, uidplus=False), None, "copy", "no-uidplus"),
        (GMAIL, None, "copy", "labels"),
        (FULL, without(["exact"]), "copy", "altered"),
        (FULL, without(["date"]), "copy", "date-altered"),
        (FULL, without(["flags"]), "copy", "flags-lost"),
        (FULL, without(["true_uids"]), "copy", "uids-untrue"),
        (FULL, without(["moves"]), "copy", "does-not-move"),
        (FULL, without(["removes"]), "copy", "does-not-remove"),
        (FULL, without(["spares"]), "copy", "expunges-others"),
        (FULL, without(["exact", "alike"]), "none", "body-altered"),
        (FULL, without(["stored", "moves"]), "none", "not-stored"),
        (FULL, without(["distinct"]), "none", "merged"),
        (GMAIL, without(["distinct"]), "label", "merged"),
    ],
)
def test_what_a_server_allows(offer: Offer, found: Fidelity | None, allowed: str, why: str | None) -> None:
    """The first thing in the way is told; what only some mails need is in nobody's way."""
    assert Ruling(Allowed(allowed), why) == judge(offer, found)


@pytest.mark.parametrize(
    ("allowed", "becomes"),
    [
        ("replace", ["off", "copy", "replace"]),
        ("copy", ["off", "copy", "copy"]),
        ("label", ["off", "off", "off"]),
        ("none", ["off", "off", "off"]),
    ],
)
def test_what_becomes_of_what_is_asked_for(allowed: str, becomes: list[str]) -> None:
    """Never more than is asked for, and never more than is allowed."""
    ruling = Ruling(Allowed(allowed))
    assert becomes == [ruling.mode(asked).value for asked in (Mode.OFF, Mode.COPY, Mode.REPLACE)]


@pytest.mark.parametrize("name", [f.name for f in fields(Fidelity)])
def test_what_is_lost_is_kept_by_name(name: str) -> None:
    """There and back; a name that this version does not know is passed over."""
    found = replace(Fidelity(), **{name: False})
    assert (name,) == lost(found)
    assert found == without([name, "known-to-another-version"])


@pytest.mark.parametrize(
    ("newest", "due", "must"),
    [
        (None, True, True),
        (None, False, False),
        (Probe("1", NOW), True, True),
        (Probe("1", NOW), False, False),
        (Probe("1", NOW, Profile(NOW - GOOD_FOR, FULL, Fidelity())), True, False),
        (Probe("1", NOW - AGAIN, Profile(NOW - GOOD_FOR - timedelta(1), FULL, Fidelity())), True, False),
        (Probe("1", NOW - 2 * AGAIN, Profile(NOW - GOOD_FOR - timedelta(1), FULL, Fidelity())), False, True),
        (Probe("1", NOW - 2 * AGAIN, Profile(NOW, GMAIL, Fidelity())), False, True),
    ],
)
def test_when_a_server_is_probed(newest: Probe | None, *, due: bool, must: bool) -> None:
    """Before the first rename; then when a month is over or it offers something else, hourly at most."""
    assert must is must_probe(newest, FULL, NOW, due=due)
