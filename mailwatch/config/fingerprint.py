"""The hash of a configuration, for the ledger."""

from __future__ import annotations

import hashlib
import json

from mailwatch.config.model import Config


def config_hash(config: Config) -> str:
    """SHA-256 over the canonical form: sorted ASCII JSON of every key, defaults included.

    Of a secret only its place counts, and of a command that fetches one nothing
    but that there is a command. Lengths of time are seconds, so ``1 d`` and
    ``24 h`` are one configuration.
    """
    plain = config.model_dump(mode="json")
    return hashlib.sha256(
        json.dumps(plain, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    ).hexdigest()
