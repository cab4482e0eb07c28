"""What a fuzzer calls: bytes in, nothing out, an exception where a promise is broken.

Each harness is one door through which strangers' bytes come in. ``run_fuzz.py`` drives
them with atheris, ``test_fuzz_found.py`` with hypothesis and with what was found before.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from fuzz.canned import answered_with

from mailwatch.adapters.imap import fetching, looking
from mailwatch.adapters.imap.responses import appended, backoff, copied, in_utc, one_line, plan_of
from mailwatch.adapters.imap.session import Session
from mailwatch.config.loader import load
from mailwatch.core.recognition import find_number, recognise, recognise_text
from mailwatch.core.schemes import ALL
from mailwatch.core.subject import standard_subject, topic
from mailwatch.errors import ConfigError, MailwatchError, UnreadableMessage
from mailwatch.mime.limits import Limits
from mailwatch.mime.parse import parse
from mailwatch.mime.quoting import Span, segments
from mailwatch.mime.resubject import CannotResubject, clean, restore, resubject
from mailwatch.mime.screen import screen

PLAN = "0123456789abcdef" * 2
_UNTIL = date(2030, 1, 1)
# Small limits, so that small inputs reach them.
_TIGHT = Limits(
    parts=20, depth=6, header=4096, fields=60, field=1024, addresses=20, text=4096, html=4096, html_depth=50
)


def mail(data: bytes) -> None:
    """Any bytes are a message or unreadable, never a defect; what is read can be stored; screen is right."""
    screened = screen(data)
    try:
        message = parse(data)
        parse(data, limits=_TIGHT)
    except UnreadableMessage as why:
        _no_defect(why)
        return
    texts = [message.subject, message.text, *(a.name for a in message.attachments)]
    texts += [f"{a.name} {a.addr}" for a in (*message.to, *message.cc)]
    for text in texts:
        assert "\0" not in text
        text.encode()
    assert "\n" not in message.subject
    for trusted in (True, False):
        found = recognise(message, ALL, trusted=trusted, received=None)
        assert screened.matters or not found.mentions


def _no_defect(why: UnreadableMessage) -> None:
    assert why.why != "parse-failed", why.detail


def copy(data: bytes) -> None:
    """The way back from a renamed copy is exact, or there is no copy; no field is born of a subject."""
    head, _, raw = data.partition(b"\n")
    subject = head.decode("utf-8", "surrogateescape")
    restored = restore(data)
    assert restored is None or restored != data
    try:
        made = resubject(raw, subject, sha256=hashlib.sha256(raw).hexdigest(), plan=PLAN)
    except CannotResubject:
        return
    assert restore(made) == raw
    assert made.count(b"\n") == made.count(b"\r\n")
    with contextlib.suppress(UnreadableMessage):
        before, after = parse(raw), parse(made)
        assert after.message_id == before.message_id
        assert after.sender == before.sender
        assert (after.to, after.cc, after.date, after.text) == (
            before.to,
            before.cc,
            before.date,
            before.text,
        )
        assert after.subject.split() == clean(subject).split()


def number(data: bytes) -> None:
    """Numbers stand where they are said to stand; a standard subject stays as it is."""
    text = data.decode("utf-8", "replace")
    for trusted in (True, False):
        found = recognise_text(text, ALL, trusted=trusted, date=_UNTIL)
        for mention in found.mentions:
            assert 0 <= mention.start < mention.end <= len(text)
    asked = find_number(text, ALL)
    if asked is None:
        return
    scheme = next(s for s in ALL if s.name == asked.scheme)
    token = scheme.tokens(asked.canonical, ())[0] if callable(scheme.tokens) else asked.canonical
    once = standard_subject(token, text, asked, ALL)
    assert standard_subject(token, once, asked, ALL) == once
    assert topic(once, asked, ALL, token).isprintable() or not topic(once, asked, ALL, token).isascii()


def quotes(data: bytes) -> None:
    """The stretches tile the text, whatever markup said was quoted."""
    text = data.decode("utf-8", "replace").replace("\r", "\n")
    starts = [0, *(n + 1 for n, c in enumerate(text) if c == "\n")]
    spans = [Span(s, e) for s, e in zip(starts[1::3], starts[2::3], strict=False)]
    for known in ((), spans):
        found = segments(0, text, known)
        assert "".join(s.text for s in found) == text
        at = 0
        for one in found:
            assert one.start == at
            at += len(one.text)


_FOLDER = Path(tempfile.mkdtemp(prefix="mailwatch-fuzz-"))


def config(data: bytes) -> None:
    """A configuration, or one error that names what is wrong; the program goes on in either case."""
    path = _FOLDER / f"{os.getpid()}.yaml"
    path.write_bytes(data)
    try:
        repr(load(path))
    except ConfigError as error:
        str(error).encode()
        [str(problem).encode() for problem in error.problems]


def _listing(session: Session) -> object:
    return looking.listing(session, [1, 2])


def _whole(session: Session) -> object:
    return fetching.whole(session, [1, 2])


def _search(session: Session) -> object:
    return looking.search(session, 1, 9, None)


def _enter(session: Session) -> object:
    return replace(session.enter("INBOX", writable=True))


def _rows(session: Session) -> object:
    return session.rows()


def _header(session: Session) -> object:
    return looking.header_field(session, [1], "MESSAGE-ID")


_TALKS: tuple[Callable[[Session], object], ...] = (_listing, _whole, _search, _enter, _rows, _header)


def imap(data: bytes) -> None:
    """Whatever a server answers, an answer is read or an error of ours is raised."""
    if not data:
        return
    text = data.decode("latin-1")
    one_line(text), backoff(text), appended(data), copied(data), plan_of(data), in_utc(text)
    session = answered_with(data[1:])
    with contextlib.suppress(MailwatchError):
        _TALKS[data[0] % len(_TALKS)](session)


HARNESSES: Mapping[str, Callable[[bytes], None]] = {
    "mail": mail,
    "copy": copy,
    "number": number,
    "quotes": quotes,
    "config": config,
    "imap": imap,
}
