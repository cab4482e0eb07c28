"""What a person merges, and what a person splits off: over the reply tree, without a store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailwatch.core.branch import branch
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.conversation import Node, grow
from mailwatch.core.decision import decide
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.merging import Merged
from mailwatch.core.recognition import Form, Mention, Where
from mailwatch.core.standing import Standing

A = CaseNumber("tracking-id", "2402220010002574")
B = CaseNumber("tracking-id", "2604280030000571")
C = CaseNumber("srx", "SRX1318598611")
DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
INTO_A = Merged({B: A, C: B})


def subject(number: CaseNumber, form: Form = Form.TOKEN, where: Where = Where.SUBJECT) -> Mention:
    return Mention(number, where, form, None if where is Where.SUBJECT else 0, 0, 16, number.canonical)


def mail(name: str, *mentions: Mention, answers: str = "", **more: object) -> Node:
    """A vouched mail; ``answers`` are names of other mails, oldest first, and names are in order of time."""
    node = Node(
        sha256=name,
        thread_key=f"{name}@example",
        message_id=f"{name}@example",
        answers=tuple(f"{other}@example" for other in answers.split()),
        date=DAY + timedelta(hours=ord(name[0])),
        from_addr="engineer@microsoft.com",
        body_hash=name,
        own_hash=name,
        standing=Standing.VOUCHED,
        mentions=mentions,
    )
    return replace(node, **more)


def filed(
    *nodes: Node, merged: Merged = INTO_A, known: frozenset[CaseNumber] = frozenset()
) -> dict[str, Filing]:
    return {f.sha256: f for f in decide(nodes, known, merged).filings}


def test_a_mail_of_a_merged_case_is_filed_under_the_other_and_says_what_it_named() -> None:
    """By the rule that found it; its replies follow, and neither number is a rival of the other."""
    found = filed(
        mail("a", subject(B), subject(A, where=Where.OWN)),
        mail("b", answers="a"),
        mail("c", subject(C)),
        mail("d", subject(A), subject(B, where=Where.OWN)),
    )
    assert {name: (f.number, f.named, f.rule, f.related) for name, f in found.items()} == {
        "a": (A, B, Rule.SUBJECT_TOKEN, ()),
        "b": (A, B, Rule.THREAD, ()),
        "c": (A, C, Rule.SUBJECT_TOKEN, ()),
        "d": (A, None, Rule.SUBJECT_TOKEN, ()),
    }


def test_what_is_taken_back_is_as_if_it_had_never_been_merged() -> None:
    """The same mails without the merge stand where the rules put them; a pin follows what was said."""
    pin = Filing("x", Verdict.FILED, B, rule=Rule.PERSON, confidence=Confidence.CERTAIN)
    pinned = mail("x", subject(A), pinned=pin)
    merged = filed(pinned)["x"]
    assert (merged.number, merged.named, merged.rule) == (A, B, Rule.PERSON)
    again = filed(replace(pinned, pinned=merged), merged=Merged())["x"]
    assert (again.number, again.named) == (B, None)


def test_a_related_number_is_the_case_that_it_is_today() -> None:
    """A mail of another case that names a merged one names the one that it became."""
    other = CaseNumber("tracking-id", "2611240040001180")
    found = filed(mail("a", subject(other), subject(B, where=Where.OWN), subject(A, where=Where.OWN)))
    assert found["a"].related == (A,)


def test_who_was_written_to_in_one_part_takes_part_in_the_whole() -> None:
    """A customer who got a mail of B may speak in A, as the case is one."""
    told = mail("a", subject(B), recipients=frozenset({"kim@contoso.example"}))
    says = mail("b", subject(A), answers="a", from_addr="kim@contoso.example", standing=Standing.STRANGER)
    assert filed(told, says)["b"].standing is Standing.PARTICIPANT
    assert filed(told, says, merged=Merged())["b"].standing is Standing.STRANGER


TREE = grow(
    [
        mail("a", subject(A)),
        mail("b", answers="a"),
        mail("c", answers="a b"),
        mail("d", answers="a"),
        mail("e", answers="a b unseen"),
        replace(
            mail("f", answers="a"),
            thread_key="b@example",
            date=DAY + timedelta(hours=ord("b")),
            body_hash="b",
        ),
    ]
)


@pytest.mark.parametrize(
    ("root", "expected"),
    [("b", "bfce"), ("f", "bfce"), ("c", "c"), ("d", "d"), ("a", "abfcde"), ("z", "")],
)
def test_a_branch_is_a_mail_and_all_that_answers_it(root: str, expected: str) -> None:
    """Over a mail that nobody has seen, too; ``f`` is another original of ``b``."""
    assert "".join(node.sha256 for letter in branch(TREE, root) for node in letter.originals) == expected
