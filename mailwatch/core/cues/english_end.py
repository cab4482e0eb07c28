"""English cues for how a case ends or goes on elsewhere."""

from __future__ import annotations

from mailwatch.core.case_events import Kind
from mailwatch.core.cues.cue import Cue

_NOT_YET = ("once", "after", "if", "when", "before", "unless", "until", "not")

_NO_WORD = (
    "if we do not hear",
    "if i do not hear",
    "if we don't hear",
    "if i don't hear",
    "if there is no response",
)
_ENDS = ("close", "closed", "closing", "archive", "archived")

CUES = (
    Cue(
        Kind.REOPENED,
        "en",
        ("has been reopened", "have reopened", "is now reopened", "case was reopened", "has been re-opened"),
        "As you asked, your case has been reopened.",
        "If the problem comes back, the case can be reopened within 14 days.",
        unless=("if", "once", "can be", "not"),
        constructed=True,
    ),
    Cue(
        Kind.REOPEN_ASKED,
        "en",
        ("please reopen", "please re-open", "reopen the case", "reopen this case", "ask you to reopen"),
        "The same fault is back, please reopen the case.",
        "You do not need to reopen the case, it was our proxy.",
        unless=("not",),
        constructed=True,
    ),
    Cue(
        Kind.CLOSING_ANNOUNCED,
        "en",
        (
            "will be closing this",
            "will be closing your",
            "will close this",
            "will close your",
            *(f"will close the {it}" for it in ("case", "ticket", "request", "incident")),
            "will be closed on",
            "will be closed by",
            "will be closed if",
            *(f"{no} … {end}" for no in _NO_WORD for end in _ENDS),
            "will archive this case in",
            "will archive this case on",
        ),
        "we haven't been able to reach you and will be closing this ticket on November 24 as a result",
        "Once you confirm, we look forward to closing this ticket together.",
        unless=("once you confirm",),
    ),
    Cue(
        Kind.CLOSED,
        "en",
        (
            "has now been closed",
            "has been closed",
            "is now closed",
            "proceed with closing",
            "have closed your",
            "have closed this",
            "have closed the",
            "case closure summary",
        ),
        "Your case: 2211280040006230 has now been closed",
        "Once the case has been closed you can still reopen it for 14 days.",
        unless=_NOT_YET,
    ),
    Cue(
        Kind.CLOSED_FOR_SILENCE,
        "en",
        (
            "closing … no response from you",
            "closed … no response from you",
            "closed due to no response",
            "closed due to inactivity",
            "closing … due to no response",
            "closed … lack of response",
            "closed … as we have not heard",
            "due to customer unresponsiveness",
        ),
        "Temporarily archive this case due to customer unresponsiveness",
        "The session was closed due to a timeout.",
        unless=("if",),
    ),
    Cue(
        Kind.ARCHIVED,
        "en",
        ("case will be archived", "case has been archived", "archive this case"),
        "Case Status: This case will be archived",
        "If we hear nothing the mailbox will be archived.",
        unless=("if", "in 2 days", "will archive"),
    ),
    Cue(
        Kind.SURVEY,
        "en",
        (
            "survey about your support experience",
            "take a moment … survey",
            "complete … survey",
            "rate your support experience",
        ),
        "You may possibly receive a survey about your support experience",
        "We ran a survey of the network and found no loss.",
        robot=True,
    ),
    Cue(
        Kind.NEW_NUMBER,
        "en",
        (
            "new case number",
            "new case has been",
            "opened a new case",
            "created a new case",
            "new support request",
            "new ticket number",
        ),
        "We have opened a new case for the second problem, 2604280030000571.",
        "Is there any news on case 2604280030000571?",
        unless=("please open",),
        constructed=True,
    ),
    Cue(
        Kind.DUPLICATE,
        "en",
        ("is a duplicate of", "duplicate of case", "duplicates case", "merged with case", "merged into case"),
        "This request is a duplicate of case 2402120040012618.",
        "Can you confirm if our case is a duplicate of the next tickets?",
        unless=("confirm", "?"),
    ),
    Cue(
        Kind.DELIVERY_FAILED,
        "en",
        (
            "delivery has failed",
            "delivery failed",
            "could not be delivered",
            "couldn't be delivered",
            "undeliverable",
            "undelivered mail",
            "delivery status notification (failure",
        ),
        "Delivery has failed to these recipients or groups:",
        "Delivery of your message is delayed, no action is needed.",
    ),
)
