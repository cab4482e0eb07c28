"""By which words a mail is found."""

from __future__ import annotations

from dataclasses import replace

from fakes.letters import BARE

from mailwatch.core.findable import findable
from mailwatch.core.message import Address, Attachment, Segment


def test_people_subject_text_and_attachments_are_found_and_no_code() -> None:
    """A one-time code of six digits is not, the number of the case is."""
    mail = replace(
        BARE,
        sender=Address("Hong", "v-hong@microsoft.com"),
        to=(Address("김민아", "kim@contoso.example"),),
        subject="인증 코드",
        segments=(Segment(0, 0, "Your code is 482913, case 2402220010002574", quoted=True),),
        attachments=(Attachment("로그.zip", "application/zip", 5),),
    )
    words = findable(mail).split()
    assert words[:4] == ["hong", "v", "hong", "microsoft"]
    assert {"김민", "민아", "contoso", "인증", "코드", "2402220010002574", "로그", "zip"} <= set(words)
    assert "482913" not in words


def test_people_are_left_out_after_the_first_hundred() -> None:
    """A stranger decides how many there are."""
    mail = replace(BARE, sender=None, to=tuple(Address("", f"u{n}@x.example") for n in range(150)))
    words = set(findable(mail).split())
    assert "u99" in words
    assert "u100" not in words
