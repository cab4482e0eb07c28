"""The mailboxes that are watched."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from mailwatch.config.secret import SecretField
from mailwatch.config.section import Section, SomeOf, Tls, refuse_plain_text, with_port
from mailwatch.config.values import ConfigPath, Duration, Host, MailAddress, Name, Port, Switch, Wrong
from mailwatch.core.renamable import REFUSED_ROLES
from mailwatch.core.renaming import Mode


class ImapConfig(Section):
    """The IMAP server of a mailbox."""

    host: Host = Field(description="Name or address of the server.", examples=["mail.contoso.example"])
    port: Port = Field(default=993, description="Default 993 with `tls: implicit`, else 143.", examples=[993])
    tls: Tls = Field(
        default="implicit",
        description="`implicit` (TLS from the first byte), `starttls` (never without), or `none`, "
        "which is refused beyond this machine.",
        examples=["implicit"],
    )
    ca_file: ConfigPath | None = Field(
        default=None,
        description="PEM file with the certificates to trust instead of the system's.",
        examples=["/etc/ssl/certs/contoso-ca.pem"],
    )
    insecure_plain: Switch = Field(
        default=False,
        description="Allows `tls: none` to another machine: password and mail go over the network in clear.",
        examples=[False],
    )
    timeout: Duration = Field(
        default=timedelta(seconds=60), description="How long to wait for the server.", examples=["60 s"]
    )

    @model_validator(mode="before")
    @classmethod
    def _port(cls, value: Any) -> Any:
        return with_port(value, {"implicit": 993, "starttls": 143, "none": 143}, "implicit")

    @model_validator(mode="after")
    def _plain(self) -> ImapConfig:
        refuse_plain_text(self.host, self.tls, allowed=self.insecure_plain)
        return self


def _mode(value: object) -> object:
    if value == "label":
        raise Wrong("label belongs to Gmail and comes in a later version; use replace, copy or off")
    return value


_ATTRIBUTES = {f"\\{role}" for role in (*REFUSED_ROLES, "archive")}
_NEVER_RENAMED = {f"\\{role}" for role in REFUSED_ROLES}


def _attribute(name: str) -> str:
    if name.startswith("\\") and name.lower() not in _ATTRIBUTES:
        raise Wrong(
            "{name} is no attribute that folders have; there are {known}",
            name=name,
            known=", ".join(sorted(f"\\{one[1:].capitalize()}" for one in _ATTRIBUTES)),
        )
    return name


class FolderConfig(Section):
    """One folder, or all folders that a pattern fits."""

    name: Annotated[str, AfterValidator(_attribute)] = Field(
        min_length=1,
        description="Name as mail programs show it, with `/` between levels; a pattern with `*`, which also "
        "fits folders made later, but never Drafts, Trash and All Mail; or an attribute: `\\Junk`.",
        examples=["INBOX"],
    )
    rename: Annotated[Mode, BeforeValidator(_mode)] = Field(
        default=Mode.OFF,
        description="`off`; `replace` (the renamed copy takes the mail's place, the original moves to "
        "Mailwatch/Originals); `copy` (a renamed copy in Mailwatch/Cases, this folder is left alone). "
        "Where the server does not allow `replace`, copies are made: see `mailwatch check`.",
        examples=["replace"],
    )
    outgoing: Switch = Field(
        default=False, description="Mail in this folder was sent by us.", examples=[True]
    )

    @model_validator(mode="after")
    def _refused(self) -> FolderConfig:
        if self.rename is not Mode.OFF and self.name.lower() in _NEVER_RENAMED:
            raise Wrong("mail in {name} is read, but never renamed; leave rename out", name=self.name)
        return self


def _folder(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class MailboxConfig(Section):
    """One mailbox."""

    name: Name = Field(description="Short name; it enters the ledger and stays.", examples=["support"])
    address: MailAddress = Field(description="Its mail address.", examples=["support@contoso.example"])
    imap: ImapConfig = Field(description="Where it lies.")
    username: str | None = Field(
        default=None,
        min_length=1,
        description="For signing in. Default: the address.",
        examples=["support@contoso.example"],
    )
    password: SecretField = Field(
        description="Where the password lies: `{credential: NAME}`, `{file: PATH}`, `{env: NAME}` "
        "or `{command: [PROGRAM, …]}`.",
        examples=[{"credential": "support-imap"}],
    )
    folders: SomeOf[Annotated[FolderConfig, BeforeValidator(_folder)]] = Field(
        default=(FolderConfig(name="INBOX"),),
        description="What is read: names, patterns, attributes, or `{name, rename, outgoing}`.",
        examples=[["INBOX", "INBOX/Support/*", {"name": "Cases", "rename": "replace"}]],
    )
    outgoing: Literal["sent", "none"] = Field(
        default="sent",
        description="`sent`: the folder with the attribute \\Sent is read as outgoing mail, unless a "
        "folder says `outgoing: true`. `none`: no mail is outgoing.",
        examples=["sent"],
    )
    trust_anchor: str | None = Field(
        default=None,
        min_length=1,
        description="Whose Authentication-Results are believed: the authserv-id of the mailbox's own server, "
        "or `topmost` where that server writes none (Exchange Online). Absent: a sender's claim is taken "
        "as it is.",
        examples=["mail.contoso.example"],
    )

    @property
    def user(self) -> str:
        """The name to sign in with."""
        return self.username or self.address

    @property
    def reads_sent(self) -> bool:
        r"""Whether the \Sent folder is read as outgoing mail of its own accord."""
        return self.outgoing == "sent" and not any(folder.outgoing for folder in self.folders)

    @property
    def renames(self) -> bool:
        """Whether some folder's mails are renamed."""
        return any(folder.rename is not Mode.OFF for folder in self.folders)
