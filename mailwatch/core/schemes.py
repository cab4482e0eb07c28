"""The built-in schemes: Microsoft's case numbers, and what is known of each.

Forms were read in mails and documentation that are public. A date inside a
number is the day the number was given out, in the vendor's time zone, so it may
lie one day after the mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from mailwatch.core.casenumber import CaseNumber as CaseNumber
from mailwatch.core.casenumber import Counts as Counts
from mailwatch.core.casenumber import Digits, Form
from mailwatch.core.casenumber import Matcher as Matcher
from mailwatch.core.casenumber import Scheme as Scheme
from mailwatch.core.casenumber import user_scheme as user_scheme

_FIRST_BARE_16 = date(2019, 1, 1)
"""The oldest such number seen is of October 2022. Clocks in microseconds read like 2016 to 2017."""

_FIRST_BARE_15 = date(2005, 1, 1)


def _dated(digits: str, last_day: date | None, first_day: date | None) -> str:
    """Judge the YYMMDD at the start of ``digits``."""
    try:
        day = date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return "no-date"
    if last_day is not None and day > last_day:
        return "future"
    return "too-early" if first_day is not None and day < first_day else ""


def _check_tracking(digits: str, form: Form, last_day: date | None) -> str:
    wrong = _dated(digits, last_day, _FIRST_BARE_16 if form is Form.BARE else None)
    return wrong or ("code" if form is Form.BARE and digits[9] != "0" else "")


def _check_reg(digits: str, form: Form, last_day: date | None) -> str:
    if digits[0] != "1":
        return "shape"
    return _dated(digits[1:], last_day, _FIRST_BARE_15 if form is Form.BARE else None)


def _check_srx(digits: str, form: Form, _last_day: date | None) -> str:
    """Without their prefix, which alone tells, numbers of ten digits begin with 1."""
    return "shape" if form is not Form.TOKEN and digits[0] != "1" else ""


def _check_portal(digits: str, _form: Form, _last_day: date | None) -> str:
    """Eight digits behind "case" or "ticket" are more often a day than a number when they can be one."""
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return ""
    return "date-like" if day.year in range(1990, 2100) else ""


def _anything(_digits: str, _form: Form, _last_day: date | None) -> str:
    return ""


def _before(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"{pattern}\Z", re.IGNORECASE | re.ASCII)


# Functions with names, not lambdas: a scheme travels to the processes that read mail.
def _srx_spelling(_prefix: str, digits: str) -> str:
    return f"SRX{digits}"


def _srx_tokens(canonical: str) -> tuple[str, ...]:
    """The desk's own form has ten digits and ends in ID."""
    return (f"{canonical}ID", canonical) if len(canonical) == len("SRX1318598611") else (canonical,)


def _tracking_tokens(canonical: str) -> tuple[str, ...]:
    return (f"TrackingID#{canonical}",)


def _reg_tokens(canonical: str) -> tuple[str, ...]:
    return (f"REG:{canonical}",)


def _clarify_spelling(prefix: str, digits: str) -> str:
    return f"{prefix.upper()}{digits}"


def _msrc_spelling(prefix: str, digits: str) -> str:
    return f"VULN-{digits}" if prefix.upper().startswith("VULN") else f"MSRC{digits}"


def _plain(canonical: str) -> tuple[str, ...]:
    return (canonical,)


def _digits_alone(_prefix: str, digits: str) -> str:
    return digits


SRX = Scheme(
    name="srx",
    written=Digits(
        # Letters, digits and these signs before it: base64, DKIM, addresses, product names (vSRX).
        prefix=_before(r"(?<![A-Za-z0-9_+/=])(?<![A-Za-z0-9]\.)SRX\s?"),
        suffix=re.compile(r"ID(?![A-Za-z0-9_])", re.IGNORECASE | re.ASCII),
        lengths={9: 9, 10: 10},
        labelled={10: 10},
        bare={},
        check=_check_srx,
        spell=_srx_spelling,
    ),
    official=_srx_tokens,
    label_from=Counts.TRUSTED,
    bare_from=Counts.NOBODY,
    source="SRX1318598611ID, whose closing mail says ticket number 1318598611; mails of 2008 to 2015",
)

TRACKING_ID = Scheme(
    name="tracking-id",
    written=Digits(
        prefix=_before(r"(?<![A-Za-z0-9_])Tracking\s?ID\s{0,3}[#:]\s{0,3}"),
        lengths={16: 16, 19: 16},
        labelled={16: 16, 19: 16},
        bare={16: 16},
        check=_check_tracking,
        spell=_digits_alone,
        tight=False,
    ),
    official=_tracking_tokens,
    label_from=Counts.ANYONE,
    bare_from=Counts.TRUSTED,
    source="learn.microsoft.com: New-AzSupportCommunication; mails of 2022 to 2026",
)

REG = Scheme(
    name="reg",
    written=Digits(
        prefix=_before(r"(?<![A-Za-z0-9_+])REG\s{0,3}[:#]\s{0,3}"),
        lengths={15: 15, 18: 15},
        labelled={15: 15, 18: 15},
        bare={15: 15},
        check=_check_reg,
        spell=_digits_alone,
        tight=False,
    ),
    official=_reg_tokens,
    label_from=Counts.ANYONE,
    bare_from=Counts.TRUSTED,
    source="lists.samba.org: cifs-protocol, June 2011; mails of 2009 to 2017",
)

PORTAL = Scheme(
    name="portal",
    written=Digits(
        prefix=None,
        lengths={},
        labelled={8: 8},
        bare={},
        check=_check_portal,
        spell=_digits_alone,
    ),
    official=_plain,
    label_from=Counts.TRUSTED,
    bare_from=Counts.NOBODY,
    source="github.com: MicrosoftDocs/OfficeDocs-O365ITPro issue 88, November 2018",
)

CLARIFY = Scheme(
    name="clarify",
    written=Digits(
        prefix=_before(r"(?<![A-Za-z0-9_+/=])SR[A-Z]"),
        suffix=re.compile(r"-[0-9](?![A-Za-z0-9_])", re.ASCII),
        lengths={12: 12},
        labelled={},
        bare={},
        check=_anything,
        spell=_clarify_spelling,
    ),
    official=_plain,
    label_from=Counts.NOBODY,
    bare_from=Counts.NOBODY,
    enabled=False,
    source="three letters and twelve digits, perhaps -n: a support engineer's tool; before about 2009",
)

MSRC = Scheme(
    name="msrc",
    written=Digits(
        prefix=_before(r"(?<![A-Za-z0-9_])(?:MSRC\s{1,3}Case\s{0,3}#?\s?|MSRC|VULN-)"),
        lengths={5: 5, 6: 6},
        labelled={},
        bare={},
        check=_anything,
        spell=_msrc_spelling,
    ),
    official=_plain,
    label_from=Counts.NOBODY,
    bare_from=Counts.NOBODY,
    enabled=False,
    source="msrc.microsoft.com: MSRC Case 122225, VULN-195168",
)

ALL = (SRX, TRACKING_ID, REG, PORTAL, CLARIFY, MSRC)
"""Every built-in scheme."""

BUILTIN = tuple(scheme for scheme in ALL if scheme.enabled)
"""The schemes that are on unless the configuration says otherwise."""


def subject_token(number: CaseNumber, forms_seen: Iterable[str] = (), schemes: Sequence[Scheme] = ALL) -> str:
    """The token of a case for its subject: the first of ``forms_seen`` that is official, else the plain one.

    ``forms_seen`` are aliases of mentions, earliest first. A number whose scheme is
    no longer configured is its own token.
    """
    scheme = next((s for s in schemes if s.name == number.scheme), None)
    return scheme.tokens(number.canonical, forms_seen)[0] if scheme else number.canonical
