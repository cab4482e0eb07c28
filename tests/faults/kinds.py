"""What can go wrong at one command, and what a server may lack for good."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from faults.proxy import SILENCE, Cut, Fault, Turn

_LITERAL_OF = re.compile(rb"\{(\d+)\}\r\n")
_CODE = re.compile(rb"\[((?:APPEND|COPY)UID) (\d+) ([^\]]+)\]")
_CHANGING = {"APPEND", "UID MOVE", "UID STORE", "UID EXPUNGE", "CREATE"}
_TELLING = {"APPEND", "UID MOVE"}
_ROWS = {"UID FETCH", "UID SEARCH", "LIST"}
LATE = 0.2
"""Seconds; far below the time-out."""


@dataclass(frozen=True)
class Kind:
    """``fits``: the commands at which it can happen, None for all of them.

    ``lies``: the server says what is not so; mails must stay whole then, and a rename may be left
    to a person.
    ``waits``: it is found out by the time-out alone. ``warns``: where it happens while the server is tried
    out, renames are made by copy from then on. ``refuses``: where it answers the MOVE of an original, the
    copy is taken back, and a person is told.
    """

    fault: Fault
    fits: frozenset[str] | None = None
    lies: bool = False
    waits: bool = False
    warns: bool = False
    refuses: bool = False

    def can(self, name: str) -> bool:
        return self.fits is None or name in self.fits


# ── the line ──────────────────────────────────────────────────────────────────


async def _late(turn: Turn) -> bytes | None:
    answer = await turn.ask()
    await asyncio.sleep(LATE)
    return answer


async def _cut_before(turn: Turn) -> bytes | None:
    raise Cut


async def _cut_after(turn: Turn) -> bytes | None:
    await turn.ask()
    raise Cut


async def _cut_within(turn: Turn) -> bytes | None:
    """In the middle of the last literal, where there is one."""
    answer = await turn.ask()
    literals = list(_LITERAL_OF.finditer(answer))
    end = literals[-1].end() + int(literals[-1][1]) // 2 if literals else len(answer) // 2
    raise Cut(answer[:end])


async def _silent_before(turn: Turn) -> bytes | None:
    return SILENCE


async def _silent_after(turn: Turn) -> bytes | None:
    await turn.ask()
    return SILENCE


async def _bye(turn: Turn) -> bytes | None:
    raise Cut(b"* BYE [UNAVAILABLE] going down\r\n")


# ── a no ──────────────────────────────────────────────────────────────────────


def says(text: str) -> Fault:
    """Nothing is done, and this is why."""

    async def fault(turn: Turn) -> bytes | None:
        return turn.tagged(text)

    return fault


async def _no_though_done(turn: Turn) -> bytes | None:
    await turn.ask()
    return turn.tagged("NO something went wrong")


# ── what is said ──────────────────────────────────────────────────────────────


async def _chatter(turn: Turn) -> bytes | None:
    """What others do is told in the middle of another answer (RFC 3501 7)."""
    if turn.name in {"LOGIN", "CAPABILITY", "LIST", "CREATE", "SUBSCRIBE", "LOGOUT", "NOOP"}:
        return b"* OK still here\r\n" + await turn.ask()
    told = b"* 1 FETCH (FLAGS (\\Deleted))\r\n* 2 FETCH (FLAGS (\\Seen) BODY[TEXT] {5}\r\nhello)\r\n"
    return told + b"* 999 EXISTS\r\n* 0 RECENT\r\n" + await turn.ask() if _is_open(turn) else await turn.ask()


def _is_open(turn: Turn) -> bool:
    return turn.name.startswith("UID")


async def _gone_told(turn: Turn) -> bytes | None:
    """An EXPUNGE that nobody asked for."""
    return b"* 1 EXPUNGE\r\n" + await turn.ask()


async def _nonsense(turn: Turn) -> bytes | None:
    return b"* 1 FETCH (UID 1 FLAGS (\\Seen\r\n* SEARCH one two\r\n" + await turn.ask()


async def _another_tag(turn: Turn) -> bytes | None:
    return b"ZZZZ9 OK done\r\n" + await turn.ask()


async def _one_left_out(turn: Turn) -> bytes | None:
    """The first response of several is missing."""
    answer = await turn.ask()
    rows = _responses(answer)
    return b"".join(rows[1:]) if len(rows) > 1 else answer


async def _nothing_found(turn: Turn) -> bytes | None:
    return _responses(await turn.ask())[-1]


def _responses(answer: bytes) -> list[bytes]:
    """The single responses of an answer, the tagged one last."""
    found: list[bytes] = []
    rest = answer
    while rest:
        end = rest.index(b"\r\n") + 2
        while literal := re.search(rb"\{(\d+)\}\r\n$", rest[:end]):
            end += int(literal[1])
            end = rest.index(b"\r\n", end) + 2
        found.append(rest[:end])
        rest = rest[end:]
    return found


# ── lies ──────────────────────────────────────────────────────────────────────


async def _deaf(turn: Turn) -> bytes | None:
    return turn.tagged("OK done")


def _with_codes(change: Callable[[re.Match[bytes]], bytes]) -> Fault:
    async def fault(turn: Turn) -> bytes | None:
        return _CODE.sub(change, await turn.ask())

    return fault


def other_uids(match: re.Match[bytes]) -> bytes:
    """The last number of the code names another mail."""
    return b"[%s %s %s]" % (match[1], match[2], re.sub(rb"\d+$", lambda n: b"%d" % (int(n[0]) + 7), match[3]))


def other_validity(match: re.Match[bytes]) -> bytes:
    return b"[%s %d %s]" % (match[1], int(match[2]) + 1, match[3])


def no_code(_match: re.Match[bytes]) -> bytes:
    return b"[X-NOTHING]"


_THROTTLED = "Request is throttled. Suggested Backoff Time: 1500 milliseconds"
_PATIENCE = {
    "exchange throttles": f"NO {_THROTTLED}",
    "exchange throttles by BAD": f"BAD {_THROTTLED}",
    "exchange is not connected": "BAD User is authenticated but not connected.",
    "gmail limits bandwidth": "NO [OVERQUOTA] Account exceeded command or bandwidth limits. 4 (Failure)",
    "gmail limits lines": "NO [ALERT] Too many simultaneous connections. (Failure)",
}

KINDS: Mapping[str, Kind] = {
    "late": Kind(_late),
    "cut before": Kind(_cut_before),
    "cut after": Kind(_cut_after),
    "cut within": Kind(_cut_within),
    "silent before": Kind(_silent_before, waits=True),
    "silent after": Kind(_silent_after, waits=True),
    "BYE": Kind(_bye),
    "NO": Kind(says("NO not now"), refuses=True),
    "BAD": Kind(says("BAD what?")),
    "NO, in trouble": Kind(says("NO [SERVERBUG] internal error")),
    "NO, not permitted": Kind(says("NO [NOPERM] not yours"), refuses=True),
    "NO, full": Kind(
        says("NO [OVERQUOTA] the mailbox is full"), frozenset({"APPEND", "UID MOVE", "CREATE"}), refuses=True
    ),
    "NO, though done": Kind(_no_though_done),
    **{name: Kind(says(text)) for name, text in _PATIENCE.items()},
    "chatter": Kind(_chatter),
    "an EXPUNGE of others": Kind(_gone_told, frozenset({"NOOP", "UID STORE", "UID MOVE", "APPEND"})),
    "nonsense": Kind(_nonsense),
    "another tag": Kind(_another_tag),
    "one left out": Kind(_one_left_out, frozenset(_ROWS), lies=True),
    "nothing found": Kind(_nothing_found, frozenset(_ROWS), lies=True),
    "OK, and nothing done": Kind(_deaf, frozenset(_CHANGING), lies=True),
    "other UIDs told": Kind(_with_codes(other_uids), frozenset(_TELLING), warns=True),
    "other UIDVALIDITY told": Kind(_with_codes(other_validity), frozenset(_TELLING), warns=True),
    "no UIDs told": Kind(_with_codes(no_code), frozenset(_TELLING)),
}


# ── what is lacking for good ──────────────────────────────────────────────────


def _without(*names: bytes, more: bytes = b"") -> Callable[[bytes], bytes]:
    """Other capabilities than the server tells, wherever it tells them."""

    def told(match: re.Match[bytes]) -> bytes:
        kept = [word for word in match[2].split() if word not in names]
        return match[1] + b" ".join([*kept, *more.split()]) + match[3]

    return lambda answer: re.sub(
        rb"((?:^\* |\[)CAPABILITY )([^\]\r]*)([\]\r])", told, answer, flags=re.MULTILINE
    )


def _no_uidnext(answer: bytes) -> bytes:
    return re.sub(rb"\* OK \[UIDNEXT [^\r]*\r\n", b"", answer)


LACKS: Mapping[str, Callable[[bytes], bytes]] = {
    "no MOVE": _without(b"MOVE"),
    "no UIDPLUS": _without(b"UIDPLUS"),
    "no MOVE, no UIDPLUS": _without(b"MOVE", b"UIDPLUS"),
    "no UIDNEXT": _no_uidnext,
    "no LITERAL+, no SPECIAL-USE": _without(b"LITERAL+", b"SPECIAL-USE", b"LIST-EXTENDED"),
    "APPENDLIMIT 300": _without(more=b"APPENDLIMIT=300"),
    "UIDs that are not so": lambda answer: _CODE.sub(other_uids, answer),
}
