"""Words that mail programs and gateways put before a subject.

A list, never a rule like "one to three letters and a colon": ``VPN:`` and
``SRX:`` belong to the subject. Italian ``R:`` and ``I:`` are left out, because
they are drives as well.
"""

from __future__ import annotations

REPLY_AND_FORWARD = (
    # English; also what Outlook and Gmail write in Korea, Japan and China
    *("re", "fw", "fwd"),
    # Korean
    *("답장", "회신", "답글", "전달", "응답"),
    # Japanese
    *("返信", "転送"),
    # Chinese
    *("回复", "答复", "转发", "回覆", "答覆", "轉寄", "轉發"),
    # German, Dutch
    *("aw", "wg", "antw", "doorst"),
    # Danish, Norwegian, Swedish, Finnish
    *("sv", "vs", "vb", "vl"),
    # French, Spanish, Portuguese, Italian
    *("tr", "rv", "enc", "res", "rif"),
    # Polish, Czech, Hungarian, Romanian
    *("odp", "pd", "továbbítás", "vá"),
    # Turkish, Indonesian, Vietnamese
    *("ynt", "ilt", "bls", "trả lời", "chuyển tiếp"),
    # Russian, Greek, Hebrew, Arabic, Thai
    *("отв", "на", "пересл", "απ", "πρθ", "σχετ", "השב", "הועבר", "رد", "ตอบกลับ", "ส่งต่อ"),
)
"""Followed by a colon, perhaps counted: ``Re[2]:``, ``Re(3):``, ``RE :``, ``RE：``."""

GATEWAY_TAGS = (
    *("external", "ext", "extern", "external email", "external mail", "external sender", "external e-mail"),
    *("외부", "외부메일", "외부 메일", "외부발신", "외부 발신", "외부수신", "외부 수신"),
    *("外部", "外部メール", "社外", "外部邮件", "外部郵件"),
    *("spam", "spam?", "suspected spam", "possible spam", "스팸", "스팸메일", "스팸의심", "광고의심"),
    *("caution", "warning: external", "untrusted"),
)
"""Written in brackets of any kind, or between stars: ``[EXTERNAL]``, ``(외부)``, ``***SPAM***``."""
