"""The whole configuration as one frozen value."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mailwatch.config.alerts import AlertsConfig
from mailwatch.config.calendars import CalendarConfig
from mailwatch.config.customers import CustomerConfig
from mailwatch.config.database import Database
from mailwatch.config.defaults import DESKS, SENDERS, amended, notices
from mailwatch.config.digest import DigestConfig, RecipientConfig, SmtpConfig
from mailwatch.config.log import LogConfig
from mailwatch.config.mailbox import MailboxConfig
from mailwatch.config.metrics import MetricsConfig
from mailwatch.config.plans import PlanConfig
from mailwatch.config.retention import RetentionConfig
from mailwatch.config.schemes import SchemeConfig, switched_on
from mailwatch.config.secret import Secret
from mailwatch.config.section import Language, ListOf, Section
from mailwatch.config.values import ConfigPath, Duration, Since, Switch, Wrong, Zone, days_before, duration
from mailwatch.core.casenumber import Scheme
from mailwatch.core.standing import SenderPolicy


class RenameConfig(Section):
    """Giving mails the standard subject."""

    settle: Duration = Field(
        default=timedelta(seconds=60),
        description="How long a mail lies before it is renamed.",
        examples=["60 s"],
    )
    backlog: Switch = Field(
        default=False,
        description="Also rename mail that lay there before renaming was switched on, as "
        "`mailwatch rename --backlog` does by hand.",
        examples=[False],
    )


def _interval(value: object) -> timedelta:
    length = duration(value)
    if not timedelta(seconds=10) <= length <= timedelta(days=1):
        raise Wrong("expected between 10 s and 1 d")
    return length


def _pattern(value: object) -> object:
    bare = value.removeprefix("-") if isinstance(value, str) else ""
    if not bare or any(c.isspace() or c in "<>,;" for c in bare):
        raise Wrong("expected an address, a pattern such as *@contoso.example, or a domain")
    if bare.startswith("@"):
        raise Wrong("a domain stands without @, such as contoso.example")
    return str(value).lower()


Pattern = Annotated[str, BeforeValidator(_pattern)]


class Config(Section):
    """Everything that a user can say."""

    data: ConfigPath = Field(
        description="Folder for database, archive, journals and keys. Its owner is the user that "
        "mailwatch works as.",
        examples=["/var/lib/mailwatch"],
    )
    timezone: Zone = Field(
        description="IANA name of the time zone that people read.", examples=["Asia/Seoul"]
    )
    language: Language = Field(default="en", description="`ko` or `en`.", examples=["ko"])
    mailboxes: ListOf[MailboxConfig] = Field(
        description="The mailboxes that are watched; may be empty for `mailwatch import` alone."
    )
    database: Database = Field(
        default=None,
        description="SQLAlchemy URL without a password, or where the whole URL lies (`{file: PATH}` …). "
        "Default: SQLite in the data folder.",
        examples=["sqlite:////var/lib/mailwatch/mailwatch.db"],
    )
    archive: ConfigPath | None = Field(
        default=None,
        description="Folder of the original mails. Default: `archive` in the data folder.",
        examples=["/var/lib/mailwatch/archive"],
    )
    templates: ConfigPath | None = Field(
        default=None,
        description="Folder whose files take the place of single templates. "
        "Default: `templates` in the data folder.",
        examples=["/etc/mailwatch/templates"],
    )
    keep: Literal["case-mail", "everything"] = Field(
        default="case-mail", description="Which mail is archived.", examples=["case-mail"]
    )
    own_domains: ListOf[Pattern] | None = Field(
        default=None,
        description="Whose mail is our own: domains, addresses or patterns. "
        "Default: each mailbox's own address.",
        examples=[["contoso.example", "*@contoso.example"]],
    )
    senders: ListOf[Pattern] = Field(
        default=(),
        description="Who speaks for support: added to the built-in addresses; `-ADDRESS` removes one.",
        examples=[["*@vendor.example", "-*@21vianet.com"]],
    )
    desks: ListOf[Pattern] = Field(
        default=(),
        description="Addresses that send case mail and nothing else, added likewise: their mail is kept even "
        "without a number.",
        examples=[["help@vendor.example"]],
    )
    schemes: ListOf[SchemeConfig] = Field(
        default=(),
        description="Case numbers of other makers, and switches for the built-in ones: `clarify` and `msrc` "
        "switch these on, `-portal` switches that off.",
        examples=[["clarify", "-portal"]],
    )
    since: Since = Field(
        default=timedelta(days=730),
        description="How far back mail is read: a length of time or a day.",
        examples=["2 y"],
    )
    poll: Annotated[Duration, BeforeValidator(_interval)] = Field(
        default=timedelta(minutes=5),
        description="How often the daemon looks at each mailbox; where the server tells of new mail "
        "by itself (IDLE), that comes besides.",
        examples=["5 min"],
    )
    rename: RenameConfig = Field(
        default=RenameConfig(), description="The standard subject; switched on by folder."
    )
    digests: ListOf[DigestConfig] | None = Field(
        default=None,
        description="Summaries by mail. Default: one named `daily`, to each mailbox's own address.",
    )
    smtp: SmtpConfig | None = Field(
        default=None, description="For sending. Absent: digests are put into the watched INBOX."
    )
    customers: ListOf[CustomerConfig] = Field(default=(), description="Whose cases there are.")
    plans: ListOf[PlanConfig] = Field(
        default=(), description="Support plans of your own, and changes to those that are shipped."
    )
    calendars: ListOf[CalendarConfig] = Field(
        default=(), description="Opening hours and holidays of your own, and changes to the built-in ones."
    )
    alerts: AlertsConfig = Field(
        default=AlertsConfig(), description="Who hears of it when a mailbox is not being watched."
    )
    retention: RetentionConfig = Field(
        default=RetentionConfig(), description="How long what only helps the work is kept."
    )
    metrics: MetricsConfig | None = Field(
        default=None,
        description="Figures for Prometheus, shown by the daemon; `metrics: {}` takes the defaults. "
        "Absent: none are shown.",
    )
    log: LogConfig = Field(default=LogConfig(), description="What is written about the work.")

    @property
    def archive_folder(self) -> Path:
        """Where originals lie."""
        return self.archive or self.data / "archive"

    @property
    def templates_folder(self) -> Path:
        """Where the user's own templates lie; need not exist."""
        return self.templates or self.data / "templates"

    def database_url(self) -> str:
        """The SQLAlchemy URL. It may hold a password: never log it."""
        if isinstance(self.database, Secret):
            return self.database.reveal()
        return self.database or f"sqlite:///{self.data / 'mailwatch.db'}"

    @property
    def own(self) -> tuple[str, ...]:
        """Domains, addresses and patterns of our own."""
        if self.own_domains is not None:
            return self.own_domains
        return tuple(dict.fromkeys(mailbox.address for mailbox in self.mailboxes))

    @property
    def all_senders(self) -> tuple[str, ...]:
        """Patterns of senders that speak for support, before ``notices`` are taken away."""
        return amended(SENDERS, self.senders)

    @property
    def all_desks(self) -> tuple[str, ...]:
        """Patterns of support desks."""
        return amended(DESKS, self.desks)

    @property
    def notices(self) -> tuple[str, ...]:
        """Addresses that are no senders although a pattern of ``all_senders`` fits them."""
        return notices(self.senders)

    @property
    def all_schemes(self) -> tuple[Scheme, ...]:
        """The schemes in use."""
        return switched_on(self.schemes)

    def policy(self, mailbox: MailboxConfig | None = None) -> SenderPolicy:
        """Whom ``mailbox`` trusts; without one, what holds where no trust anchor is set."""
        return SenderPolicy(
            own=self.own,
            senders=self.all_senders,
            notices=self.notices,
            desks=self.all_desks,
            anchor=mailbox.trust_anchor if mailbox else None,
        )

    @property
    def all_digests(self) -> tuple[DigestConfig, ...]:
        """The digests, the built-in one included where none is configured."""
        if self.digests is not None:
            return self.digests
        readers = tuple(
            RecipientConfig(address=address) for address in dict.fromkeys(m.address for m in self.mailboxes)
        )
        return (DigestConfig(name="daily", to=readers),) if readers else ()

    @property
    def alert_readers(self) -> tuple[RecipientConfig, ...]:
        """Who hears of alarms."""
        first = next(iter(self.all_digests), None)
        # Whoever may see some customers' cases alone need not hear of our mailboxes.
        insiders = tuple(reader for reader in first.to if reader.customers is None) if first else ()
        own = tuple(RecipientConfig(address=mailbox.address) for mailbox in self.mailboxes)
        to = self.alerts.to if self.alerts.to is not None else (insiders or own)
        return tuple({reader.address: reader for reader in (*to, *self.alerts.also)}.values())

    def delivery(self, digest: DigestConfig) -> Literal["smtp", "imap"]:
        """How a digest leaves the house."""
        return digest.deliver or ("smtp" if self.smtp else "imap")

    def since_day(self, now: datetime) -> date:
        """The first day (UTC) of mail that is read."""
        return days_before(self.since, now)
