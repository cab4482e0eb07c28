"""What one run remembers of its plans between two looks. A crash forgets all of it, and may."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailwatch.core.rename_sight import Act, Proof, Spot
from mailwatch.jobs.rename.locate import Key, key_of


@dataclass(slots=True)
class Memory:
    """One plan's: acts answered OK, mails judged, and what the server said to the last command."""

    tried: set[Act] = field(default_factory=set)
    proofs: dict[Key, Proof] = field(default_factory=dict)
    answered: bool = False
    refused: str | None = None

    def judge(self, spot: Spot, proof: Proof) -> None:
        """Remember what the bytes of this mail proved: under one UID they never change."""
        self.proofs[key_of(spot)] = proof

    def proof(self, spot: Spot) -> Proof:
        """What is known of this mail."""
        return self.proofs.get(key_of(spot), Proof.UNREAD)

    def forget_tries(self) -> None:
        """The plan has come to a new state: what was tried in the last one means nothing now."""
        self.tried.clear()
        self.answered = False
        self.refused = None
