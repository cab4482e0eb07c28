"""``decide``: precedence, threads, adoption, standing; and the order of arrival has no part in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.conversation import Node, grow
from mailwatch.core.decision import decide
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.recognition import Form, Mention, Where
from mailwatch.core.standing import Standing

A = CaseNumber("tracking-id", "2402220010002574")
B = CaseNumber("tracking-id", "2604280030000571")
PORTAL = CaseNumber("portal", "12175139")
DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def mention(number: CaseNumber, where: Where = Where.SUBJECT, form: Form = Form.TOKEN) -> Mention:
    return Mention(number, where, form, None if where is Where.SUBJECT else 0, 0, 16, number.canonical)


def mail(name: str, *mentions: Mention, answers: str = "", hour: int = 0, **more: object) -> Node:
    """A vouched mail called ``name``; ``answers`` are names of other mails, oldest first."""
    node = Node(
        sha256=name,
        thread_key=f"{name}@example",
        message_id=f"{name}@example",
        answers=tuple(f"{other}@example" for other in answers.split()),
        date=DAY + timedelta(hours=hour),
        from_addr="engineer@microsoft.com",
        body_hash=name,
        own_hash=name,
        standing=Standing.VOUCHED,
        mentions=mentions,
    )
    return replace(node, **more)


def filed(*nodes: Node, known: frozenset[CaseNumber] = frozenset()) -> dict[str, Filing]:
    return {f.sha256: f for f in decide(nodes, known).filings}


@pytest.mark.parametrize(
    ("mentions", "rule", "number", "confidence"),
    [
        ([mention(A)], Rule.SUBJECT_TOKEN, A, Confidence.CERTAIN),
        ([mention(A, form=Form.LABEL)], Rule.SUBJECT_LABEL, A, Confidence.CERTAIN),
        ([mention(A, form=Form.BARE)], Rule.SUBJECT_BARE, A, Confidence.LIKELY),
        ([mention(B, Where.OWN), mention(A)], Rule.SUBJECT_TOKEN, A, Confidence.CERTAIN),
        (
            [mention(B), mention(A, form=Form.BRACKET), mention(A)],
            Rule.SUBJECT_BRACKET,
            A,
            Confidence.CERTAIN,
        ),
        ([mention(B, form=Form.BARE), mention(A)], Rule.SUBJECT_TOKEN, A, Confidence.CERTAIN),
        ([mention(A), mention(B)], Rule.SUBJECT_TOKEN, A, Confidence.DOUBTFUL),
        ([mention(A, Where.OWN)], Rule.OWN_TOKEN, A, Confidence.LIKELY),
        ([mention(A, Where.OWN, Form.LABEL)], Rule.OWN_LABEL, A, Confidence.LIKELY),
        ([mention(A, Where.OWN, Form.BARE)], Rule.OWN_BARE, A, Confidence.LIKELY),
        ([mention(A, Where.QUOTED)], Rule.QUOTED, A, Confidence.DOUBTFUL),
        ([mention(A, Where.QUOTED, Form.BARE)], Rule.QUOTED, A, Confidence.DOUBTFUL),
        ([mention(B, Where.QUOTED), mention(A, Where.OWN)], Rule.OWN_TOKEN, A, Confidence.LIKELY),
    ],
)
def test_precedence_inside_one_mail(
    mentions: list[Mention], rule: Rule, number: CaseNumber, confidence: Confidence
) -> None:
    """Subject before own text before quoted text; token before label before bare digits."""
    filing = filed(mail("m", *mentions))["m"]
    assert (Verdict.FILED, rule, number, confidence) == (
        filing.verdict,
        filing.rule,
        filing.number,
        filing.confidence,
    )


def test_a_bracket_counts_only_for_a_known_case() -> None:
    """``[12175139]`` from anyone is a case number once the case is known, and nothing before."""
    node = mail("m", mention(PORTAL, form=Form.BRACKET), standing=Standing.STRANGER)
    assert filed(node)["m"].verdict is Verdict.UNFILED
    assert filed(node, known=frozenset({PORTAL}))["m"].rule is Rule.SUBJECT_BRACKET


@pytest.mark.parametrize("key", ["reused@example", "nomid:0011"])
def test_subjects_of_different_cases_are_never_one_message(key: str) -> None:
    """Two closing mails of one template, sent in the same second, with one Message-ID or none at all."""
    alike = {"thread_key": key, "body_hash": "closed", "own_hash": "closed"}
    one = mail("a", mention(A), **alike)
    other = mail("b", mention(B), **alike)
    found = filed(one, other)
    assert [(Verdict.FILED, A), (Verdict.FILED, B)] == [(f.verdict, f.number) for f in found.values()]
    assert Confidence.DOUBTFUL is found["b"].confidence


def test_a_mailbox_that_counts_no_number_has_the_same_message() -> None:
    """A bare number counts from whom a mailbox trusts; the other mailbox's copy is the same mail."""
    alike = {"thread_key": "m@example", "body_hash": "closed", "own_hash": "closed"}
    found = filed(mail("a", mention(A, form=Form.BARE), **alike), mail("b", **alike))
    assert [Verdict.FILED, Verdict.SAME] == [f.verdict for f in found.values()]


def test_a_number_in_brackets_counts_from_what_another_tree_says_at_the_same_time() -> None:
    """Two trees that come in one batch: one makes the case known to the other, and to what hangs on it."""
    named = mail("named", mention(PORTAL, form=Form.BRACKET), standing=Standing.STRANGER, hour=1)
    on = mail("on", answers="named", standing=Standing.STRANGER, hour=2)
    said = mail("said", mention(PORTAL, Where.OWN, Form.LABEL), hour=3)
    assert [None, None] == [f.number for f in filed(named, on).values()]
    found = filed(named, on, said)
    assert [PORTAL] * 3 == [f.number for f in found.values()]
    assert Rule.SUBJECT_BRACKET is found["named"].rule


def test_a_reply_without_a_number_follows_its_thread() -> None:
    """The nearest filed ancestor decides, and is named."""
    filing = filed(mail("m", mention(A)), mail("r", answers="m", hour=1))["r"]
    assert (Rule.THREAD, A, "m", False) == (filing.rule, filing.number, filing.via, filing.through_ghost)


def test_the_thread_beats_a_number_in_the_body_which_becomes_related() -> None:
    """A new number in the body of a thread is shown beside the case, never merged with it."""
    filing = filed(mail("m", mention(A)), mail("r", mention(B, Where.OWN), answers="m", hour=1))["r"]
    assert (A, (B,)) == (filing.number, filing.related)


def test_the_subject_beats_the_thread() -> None:
    """A reply whose subject names another case is that case's mail."""
    filing = filed(mail("m", mention(A)), mail("r", mention(B), answers="m", hour=1))["r"]
    assert (B, Rule.SUBJECT_TOKEN) == (filing.number, filing.rule)


def test_equals_in_the_subject_are_decided_by_the_thread() -> None:
    """Of two tokens in a subject the one that the thread has already is certain."""
    filing = filed(mail("m", mention(B)), mail("r", mention(A), mention(B), answers="m", hour=1))["r"]
    assert (B, Confidence.CERTAIN, (A,)) == (filing.number, filing.confidence, filing.related)


def test_a_quoted_rival_is_not_listed_as_related() -> None:
    """Numbers that stand only in quoted text are kept with the mail but not listed."""
    assert filed(mail("m", mention(A), mention(B, Where.QUOTED)))["m"].related == ()


def test_a_ghost_between_makes_the_thread_likely() -> None:
    """A mail that names an unseen one nearer than its filed ancestor is filed with a mark."""
    filing = filed(mail("m", mention(A)), mail("r", answers="m ghost", hour=1))["r"]
    assert (A, True, Confidence.LIKELY) == (filing.number, filing.through_ghost, filing.confidence)


def test_siblings_under_a_ghost_do_not_meet() -> None:
    """Two mails that share only an unseen ancestor without a number stay apart."""
    found = filed(mail("m", mention(A), answers="ghost"), mail("r", answers="ghost", hour=1))
    assert (A, None) == (found["m"].number, found["r"].number)


def test_the_first_mail_is_adopted_by_the_reply_that_names_the_case() -> None:
    """What was sent before the number existed belongs to the case, and so do other replies to it."""
    found = filed(
        mail("first", standing=Standing.OWN),
        mail("chaser", answers="first", hour=1, standing=Standing.OWN),
        mail("answer", mention(A), answers="first", hour=2),
    )
    assert (Rule.ADOPTED, A, "answer") == (found["first"].rule, found["first"].number, found["first"].via)
    assert (Rule.THREAD, A, "first") == (found["chaser"].rule, found["chaser"].number, found["chaser"].via)


def test_adoption_climbs_to_the_root() -> None:
    """A chain of unnumbered mails above the first number is adopted whole."""
    found = filed(mail("a"), mail("b", answers="a", hour=1), mail("c", mention(A), answers="a b", hour=2))
    assert ("b", "c") == (found["a"].via, found["b"].via)


def test_two_replies_with_two_numbers_make_adoption_doubtful() -> None:
    """The earlier reply wins, and a person is asked to look."""
    found = filed(
        mail("first"),
        mail("x", mention(A), answers="first", hour=1),
        mail("y", mention(B), answers="first", hour=2),
    )
    assert (A, Confidence.DOUBTFUL) == (found["first"].number, found["first"].confidence)


@pytest.mark.parametrize(
    "reply",
    [
        mail("r", mention(A), answers="private", hour=1, standing=Standing.STRANGER),
        mail("r", mention(A, Where.QUOTED), answers="private", hour=1),
    ],
    ids=["stranger", "quoted"],
)
def test_neither_a_stranger_nor_a_quoted_number_adopts(reply: Node) -> None:
    """Nobody pulls a private mail into a case by answering it with a number."""
    assert filed(mail("private", standing=Standing.OWN), reply)["private"].verdict is Verdict.UNFILED


def test_a_sighting_that_belongs_to_a_case_is_wanted() -> None:
    """A private mail of which only a sighting stayed is asked for when its case turns up."""
    decision = decide([mail("first", kept=False), mail("answer", mention(A), answers="first", hour=1)])
    assert (("first",), ["answer"]) == (decision.wanted, [f.sha256 for f in decision.filings])


def test_through_a_sighting_the_thread_holds() -> None:
    """A reply whose parent is only sighted follows the kept ancestor above it."""
    decision = decide(
        [
            mail("m", mention(A)),
            mail("s", answers="m", hour=1, kept=False),
            mail("r", answers="s", hour=2),
        ]
    )
    filing = next(f for f in decision.filings if f.sha256 == "r")
    assert (A, "m", ("s",)) == (filing.number, filing.via, decision.wanted)


def test_adoption_through_a_sighting_names_a_kept_mail() -> None:
    """The reason of an adoption is always a mail we hold."""
    decision = decide(
        [mail("a"), mail("s", answers="a", hour=1, kept=False), mail("c", mention(A), answers="s", hour=2)]
    )
    assert "c" == next(f for f in decision.filings if f.sha256 == "a").via


def test_the_same_mail_in_two_mailboxes_is_one_message() -> None:
    """Other Received fields, same message: the second original points at the first."""
    found = filed(
        mail("m", mention(A)),
        mail("n", mention(A), thread_key="m@example", message_id="m@example", own_hash="m"),
    )
    assert (Verdict.FILED, Verdict.SAME, A, "m") == (
        found["m"].verdict,
        found["n"].verdict,
        found["n"].number,
        found["n"].via,
    )


def test_the_highest_standing_of_the_originals_speaks() -> None:
    """A bare number counts if one of the mailboxes vouches for the sender."""
    found = filed(
        mail("m", standing=Standing.STRANGER),
        mail("n", mention(A, form=Form.BARE), thread_key="m@example", body_hash="m"),
    )
    assert (A, Standing.VOUCHED) == (found["m"].number, found["m"].standing)


def test_a_reused_message_id_is_doubtful() -> None:
    """Another mail under a Message-ID that was used before is filed on its own and shown."""
    found = filed(mail("m", mention(A)), mail("n", mention(A), thread_key="m@example", hour=1))
    assert (Confidence.CERTAIN, Confidence.DOUBTFUL, Verdict.FILED) == (
        found["m"].confidence,
        found["n"].confidence,
        found["n"].verdict,
    )


def test_a_person_decides_and_the_thread_follows() -> None:
    """What a person filed is pinned, and replies follow it."""
    pin = Filing("m", Verdict.FILED, B, rule=Rule.PERSON)
    found = filed(mail("m", mention(A), pinned=pin), mail("r", answers="m", hour=1))
    assert (Rule.PERSON, B, B) == (found["m"].rule, found["m"].number, found["r"].number)


def test_a_person_may_say_that_a_mail_belongs_to_no_case() -> None:
    """Pinned to none: unfiled by a person, and its replies find nothing to follow."""
    pin = Filing("m", Verdict.UNFILED, rule=Rule.PERSON)
    found = filed(mail("m", mention(A), pinned=pin, desk=True), mail("r", answers="m", hour=1))
    assert (Verdict.UNFILED, Rule.PERSON, None) == (found["m"].verdict, found["m"].rule, found["r"].number)


@pytest.mark.parametrize(
    ("standing", "verdict"),
    [
        (Standing.VOUCHED, Verdict.UNNUMBERED),
        (Standing.CLAIMED, Verdict.UNNUMBERED),
        (Standing.STRANGER, Verdict.UNFILED),
    ],
)
def test_a_desk_without_a_number(standing: Standing, verdict: Verdict) -> None:
    """Support mail without a number is shown; a stranger in a desk's clothes is not support."""
    assert filed(mail("m", desk=True, standing=standing))["m"].verdict is verdict


def test_a_stranger_who_was_written_to_is_a_participant() -> None:
    """To and Cc of an own mail of the case; unless the trust anchor says that the sender is forged."""
    own = mail("m", mention(A), standing=Standing.OWN, recipients=frozenset({"kim@partner.example"}))
    reply = mail("r", answers="m", hour=1, standing=Standing.STRANGER, from_addr="kim@partner.example")
    assert filed(own, reply)["r"].standing is Standing.PARTICIPANT
    assert filed(own, replace(reply, anchor="fail"))["r"].standing is Standing.STRANGER


def test_our_own_copies_are_no_part_of_the_tree() -> None:
    """A renamed copy has its original's Message-ID, and is neither a reused one nor a parent."""
    found = filed(mail("m", mention(A)), mail("copy", mention(A), thread_key="m@example", ours=True, hour=1))
    assert (Verdict.OURS, None, Confidence.CERTAIN) == (
        found["copy"].verdict,
        found["copy"].number,
        found["m"].confidence,
    )


def test_a_circle_of_replies_ends() -> None:
    """Forged mails that answer each other, or themselves, are filed all the same."""
    found = filed(mail("a", answers="b a"), mail("b", mention(A), answers="a", hour=1))
    assert (A, A) == (found["a"].number, found["b"].number)


def test_a_deep_tree_needs_no_stack() -> None:
    """Ten thousand replies in one line are no recursion."""
    chain = [mail("m0", mention(A))]
    chain += [mail(f"m{n}", answers=f"m{n - 1}", hour=n) for n in range(1, 10_000)]
    assert {A} == {f.number for f in decide(chain[::-1]).filings}


# ── the order of arrival ──────────────────────────────────────────────────────

NAMES = "abcdef"
ids = st.sampled_from([*NAMES, "ghost"])
standings = st.sampled_from([Standing.OWN, Standing.VOUCHED, Standing.STRANGER])
mentions = st.lists(
    st.builds(
        mention, st.sampled_from([A, B]), st.sampled_from(Where), st.sampled_from([Form.TOKEN, Form.LABEL])
    ),
    max_size=2,
).map(tuple)


@st.composite
def conversations(draw: st.DrawFn) -> list[Node]:
    """Up to six mails that answer each other in any way, circles and reused Message-IDs included."""
    nodes = []
    for name in NAMES[: draw(st.integers(1, len(NAMES)))]:
        found = draw(mentions) if draw(st.booleans()) else ()
        node = mail(
            name,
            *found,
            answers=" ".join(draw(st.lists(ids, max_size=3))),
            hour=draw(st.integers(0, 3)),
            standing=draw(standings),
            desk=draw(st.booleans()),
            recipients=frozenset({"engineer@microsoft.com"}) if draw(st.booleans()) else frozenset(),
        )
        if draw(st.integers(0, 5)) == 0:
            node = replace(node, thread_key="a@example", body_hash="a" if draw(st.booleans()) else name)
        nodes.append(node)
    return nodes


def arrive(nodes: list[Node]) -> dict[str, Filing]:
    """File mails one by one as they come, as the ingest job does: only sightings stay of what is not kept.

    Every other mail without a number is screened out unread at first.
    """
    whole = {node.sha256: node for node in nodes}
    held: dict[str, Node] = {}
    kept: dict[str, Filing] = {}
    for node in nodes:
        screened_out = node.sha256 in "bdf" and not node.mentions and not node.desk
        held[node.sha256] = sighting(node, read=False) if screened_out else node
        while True:
            decision = decide(list(held.values()))
            kept = {f.sha256: f for f in decision.filings if f.verdict is not Verdict.UNFILED}
            for sha in [sha for sha, h in held.items() if h.kept and sha not in kept]:
                held[sha] = sighting(whole[sha], read=True)
            if not decision.wanted:
                break
            held |= {sha: whole[sha] for sha in decision.wanted}
    return kept


def sighting(node: Node, *, read: bool) -> Node:
    hashes = {"body_hash": node.body_hash, "own_hash": node.own_hash} if read else {}
    return Node(
        node.sha256, node.thread_key, node.message_id, node.answers, node.date, "", kept=False, **hashes
    )


@settings(max_examples=400, deadline=None)
@given(conversations().flatmap(lambda nodes: st.tuples(st.just(nodes), st.permutations(nodes))))
def test_the_order_of_arrival_does_not_matter(both: tuple[list[Node], list[Node]]) -> None:
    """Mails that come one by one in any order end up exactly as if all had come at once."""
    nodes, shuffled = both
    at_once = {f.sha256: f for f in decide(nodes).filings if f.verdict is not Verdict.UNFILED}
    assert at_once == arrive(shuffled)


@given(conversations())
def test_every_kept_original_gets_one_verdict(nodes: list[Node]) -> None:
    """No mail is forgotten and none is decided twice."""
    assert sorted(n.sha256 for n in nodes) == [f.sha256 for f in decide(nodes).filings]


def test_parents_first_is_an_order_of_all_letters() -> None:
    """Each letter stands once, after the letters it names."""
    tree = grow([mail("c", answers="b", hour=0), mail("b", answers="a", hour=1), mail("a", hour=2)])
    assert ["a", "b", "c"] == [tree.letters[i].first.sha256 for i in tree.parents_first()]


def test_two_authors_under_one_message_id_wrote_two_messages() -> None:
    """The same body and date do not make one message of mails whose From differ."""
    found = filed(
        mail("m", mention(A)), mail("n", mention(A), thread_key="m@example", body_hash="m", from_addr="x@y")
    )
    assert (Verdict.FILED, Verdict.FILED, Confidence.DOUBTFUL) == (
        found["m"].verdict,
        found["n"].verdict,
        found["n"].confidence,
    )
