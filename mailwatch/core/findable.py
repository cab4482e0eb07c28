"""By which words a mail is found."""

from __future__ import annotations

from collections.abc import Iterable

from mailwatch.core.message import Message
from mailwatch.core.privacy import without_codes
from mailwatch.core.search import cut

_MOST = 100
"""People and attachments of one mail, each."""


def findable(message: Message) -> str:
    """The tokens of people, subject, text and names of attachments; no one-time code is among them."""
    people = [a for a in (message.sender, *message.to, *message.cc) if a is not None][:_MOST]
    names = [attachment.name for attachment in message.attachments[:_MOST]]
    said = without_codes(_tokens([message.subject, message.text, *names]))
    return f"{_tokens(f'{a.name} {a.addr}' for a in people)} {said}"


def _tokens(texts: Iterable[str]) -> str:
    return " ".join(map(cut, texts))
