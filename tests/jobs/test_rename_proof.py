"""What the bytes of a mail prove."""

from __future__ import annotations

import base64

import pytest
from fakes.rename_world import NUMBER, case_mail

from mailwatch.core.rename_sight import Proof
from mailwatch.core.renaming import Direction, Mode, Plan, PlanState
from mailwatch.jobs.rename.proof import alike, copy_plan, message_id, prove, sha256
from mailwatch.mime.resubject import resubject

ORIGINAL = case_mail(1)
ID = "0123456789abcdef" * 2
PLAN = Plan(
    id=ID,
    direction=Direction.RENAME,
    mode=Mode.REPLACE,
    state=PlanState.APPENDED,
    mailbox="support",
    original=sha256(ORIGINAL),
    number=NUMBER,
    folder="INBOX",
    uidvalidity=1,
    uid=1,
    subject_from="x",
    subject_to="y",
    due=None,
)
COPY = resubject(ORIGINAL, "[T] y", sha256=PLAN.original, plan=ID)
OTHER = resubject(ORIGINAL, "[T] y", sha256=PLAN.original, plan="f" * 32)


def base64_body(raw: bytes) -> bytes:
    head, body = raw.split(b"\r\n\r\n", 1)
    head = head.replace(b"Content-Transfer-Encoding: 8bit", b"Content-Transfer-Encoding: base64")
    return head + b"\r\n\r\n" + base64.encodebytes(body).replace(b"\n", b"\r\n")


@pytest.mark.parametrize(
    ("raw", "proof"),
    [
        (ORIGINAL, Proof.ORIGINAL),
        (COPY, Proof.COPY),
        (base64_body(COPY), Proof.ALIKE),
        (COPY.replace(b"\r\nTo:", b"\r\nX-Added: 1\r\nTo:"), Proof.ALIKE),
        (COPY.replace(b"Hello", b"Hullo"), Proof.FOREIGN),
        (COPY.replace(b"<case-1@", b"<case-2@"), Proof.FOREIGN),
        (OTHER, Proof.FOREIGN),
        (base64_body(OTHER), Proof.FOREIGN),
        (case_mail(2), Proof.FOREIGN),
        (ORIGINAL.replace(b"\r\n", b"\n"), Proof.FOREIGN),
        (b"", Proof.FOREIGN),
        (f"Subject: Mailwatch-Original: plan={ID}\r\n\r\n".encode(), Proof.FOREIGN),
        (ORIGINAL + f"Mailwatch-Original: plan={ID}\r\n".encode(), Proof.FOREIGN),
    ],
)
def test_bytes_prove_what_they_are(raw: bytes, proof: Proof) -> None:
    """A copy must carry this very plan in its header; everything else is somebody's mail."""
    assert prove(raw, PLAN, ORIGINAL) is proof


def test_an_undo_looks_for_the_plan_of_its_rename() -> None:
    """The copy was made by the rename and carries its id."""
    undo = Plan(**{n: getattr(PLAN, n) for n in PLAN.__slots__} | {"direction": Direction.UNDO, "undoes": ID})
    assert copy_plan(undo) == copy_plan(PLAN) == ID
    assert prove(COPY, undo, ORIGINAL) is Proof.COPY


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"Message-ID: <a@b>\r\n\r\n", "a@b"),
        (b"message-id:\r\n <a@b>\r\nX: y\r\n\r\n", "a@b"),
        (b"X: y\r\n\r\nMessage-ID: <a@b>\r\n", None),
        (b"Message-ID:\r\n\r\n", None),
    ],
)
def test_a_message_id_is_read_from_the_header_alone(raw: bytes, expected: str | None) -> None:
    """Folded or not, in any case of letters."""
    assert message_id(raw) == expected


def test_mail_without_a_message_id_is_never_alike() -> None:
    """There would be nothing to know it by."""
    assert not alike(b"Subject: x\r\n\r\nbody", b"Subject: x\r\n\r\nbody")


def test_a_thousand_nested_parts_prove_nothing_and_stop_nothing() -> None:
    """The standard library's parser gives up on them; then nothing is proved."""
    head = b"Message-ID: <deep@example>\r\nMIME-Version: 1.0\r\n"
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)
    )
    assert prove(head + parts, PLAN, ORIGINAL) is Proof.FOREIGN
    assert alike(head + parts, head + parts) in {True, False}
