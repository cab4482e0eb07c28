"""Schemes of case numbers: those that users add, and switches for the built-in ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

import re2
from pydantic import Field, model_validator

from mailwatch.config.section import ListOf, Section
from mailwatch.config.values import Name, Switch, Wrong
from mailwatch.core.casenumber import Counts, Scheme, user_scheme
from mailwatch.core.recognition import recognise_text
from mailwatch.core.schemes import ALL

BUILT_IN = {scheme.name: scheme for scheme in ALL}
_GROUP = re.compile(r"\{([0-9]{1,3})\}")
_OWN_KEYS = ("pattern", "labels", "canonical", "token", "counts_from", "matches", "rejects")


class SchemeConfig(Section):
    """One scheme of case numbers, or the switch of a built-in one."""

    name: Name = Field(
        description="Short name; it enters the ledger and stays. The name of a built-in scheme alone "
        "(`clarify`) switches it on, with a minus in front (`-portal`) off.",
        examples=["helpdesk"],
    )
    enabled: Switch = Field(default=True, description="Whether it is used.", examples=[True])
    pattern: str | None = Field(
        default=None,
        max_length=1000,
        description="RE2 pattern of a whole number as it is written.",
        examples=["HD-([0-9]{6})"],
    )
    labels: ListOf[str] = Field(
        default=(),
        description="Words that stand before the number. "
        "With labels, a number counts only behind one of them.",
        examples=[["ticket", "티켓"]],
    )
    canonical: str | None = Field(
        default=None,
        min_length=1,
        description="The form that the case is known by; `{0}` is the whole match, `{1}` its first group. "
        "Default: the whole match.",
        examples=["HD-{1}"],
    )
    token: str | None = Field(
        default=None,
        min_length=1,
        description="What stands in the standard subject. Default: the canonical form.",
        examples=["HD-{1}"],
    )
    counts_from: Literal["anyone", "trusted"] = Field(
        default="anyone",
        description="From whom a number counts: `anyone`, or `trusted` senders only.",
        examples=["anyone"],
    )
    matches: str | None = Field(
        default=None,
        description="A text in which a number must be found; tried whenever the configuration is read.",
        examples=["Ticket HD-004711"],
    )
    rejects: str | None = Field(
        default=None, description="A text in which none must be found; tried likewise.", examples=["HD-12"]
    )

    @model_validator(mode="before")
    @classmethod
    def _switch(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"name": value.removeprefix("-"), "enabled": not value.startswith("-")}
        return value

    @model_validator(mode="after")
    def _check(self) -> SchemeConfig:
        if self.name in BUILT_IN:
            if self.model_fields_set.intersection(_OWN_KEYS):
                raise Wrong("{name} is a built-in scheme; choose another name", name=self.name)
        else:
            self._try()
        return self

    def _try(self) -> None:
        """Run the user's own examples through the real rules."""
        for key in ("pattern", "matches", "rejects"):
            if not getattr(self, key):
                raise Wrong(
                    "{name} is no built-in scheme, so it needs the key {key}", name=self.name, key=key
                )
        for key in ("canonical", "token"):
            self._refuse_shapeless(key, getattr(self, key))
        scheme = self.scheme()
        if not _found(self.matches, scheme):
            raise Wrong("in the text of matches the pattern finds no number")
        if _found(self.rejects, scheme):
            raise Wrong("in the text of rejects the pattern finds a number")

    def _refuse_shapeless(self, key: str, form: str | None) -> None:
        """A form that holds nothing of what was found would be the same for every case."""
        if form is None:
            return
        groups = [int(group) for group in _GROUP.findall(form)]
        most = _compile(self.pattern or "").groups
        if not groups:
            raise Wrong("{key} names no group of the pattern: all cases would be one", key=key)
        if max(groups) > most:
            raise Wrong(
                "{key} names the group {group}, and the pattern has {count}",
                key=key,
                group=max(groups),
                count=most,
            )

    def scheme(self) -> Scheme:
        """The scheme as the rules use it."""
        if self.name in BUILT_IN:
            return BUILT_IN[self.name]
        return user_scheme(
            self.name,
            _compile(self.pattern or ""),
            labels=self.labels,
            canonical=self.canonical,
            token=self.token,
            counts_from=Counts(self.counts_from),
        )


def _found(text: str | None, scheme: Scheme) -> bool:
    return bool(recognise_text(text or "", (scheme,), trusted=True, date=None).mentions)


def _compile(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False  # It would write the pattern to standard error.
    try:
        matcher = re2.compile(pattern, options)
    except re2.error as error:
        raise Wrong(
            "the pattern cannot be used: {reason} (RE2 has no look-around and no back-references)",
            reason=_reason(error),
        ) from None
    if any(match.end() == match.start() for match in matcher.finditer("")):
        raise Wrong("the pattern fits an empty text, so it would find a number everywhere")
    return matcher


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


def switched_on(changes: Iterable[SchemeConfig]) -> tuple[Scheme, ...]:
    """The schemes in use: the built-in ones with the user's switches, then the user's own."""
    enabled = {scheme.name: scheme.enabled for scheme in ALL}
    enabled.update((change.name, change.enabled) for change in changes)
    own = (change.scheme() for change in changes if change.name not in BUILT_IN)
    return tuple(scheme for scheme in (*ALL, *own) if enabled[scheme.name])
