"""The cues that are shipped, by language, and how they are found."""

from __future__ import annotations

from mailwatch.core.cues import chinese, english_end, english_work, japanese, korean_end, korean_work

CUES = (
    *(*english_work.CUES, *english_end.CUES),
    *(*korean_work.CUES, *korean_end.CUES),
    *(*japanese.CUES, *chinese.CUES),
)
"""All languages: nobody knows before in which one an engineer will write."""
