"""Which schemes of case numbers hold for a run, with or without a configuration."""

from __future__ import annotations

from mailwatch.cli.session import Session
from mailwatch.core.casenumber import Scheme
from mailwatch.core.schemes import ALL, BUILTIN


def schemes(session: Session) -> tuple[Scheme, ...]:
    """Those that are switched on."""
    return session.known.all_schemes if session.known else BUILTIN


def every_scheme(session: Session) -> tuple[Scheme, ...]:
    """All, also those that are switched off; by name, since a scheme cannot be hashed."""
    return tuple({scheme.name: scheme for scheme in (*ALL, *schemes(session))}.values())
