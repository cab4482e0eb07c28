"""What commands there are, said without importing any of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One command: where it lives and its line in ``mailwatch --help``."""

    module: str
    function: str
    summary: str
    hidden: bool = False


MENU = {
    "run": Item("run", "run", "Watch all mailboxes until told to end: the daemon."),
    "poll": Item("poll", "poll", "Fetch new mail of all mailboxes, file it, carry out due renames."),
    "import": Item("poll", "import_", "File mail from mbox, Maildir or .eml files."),
    "cases": Item("cases", "cases", "List the cases, newest activity first."),
    "show": Item("cases", "show", "Show one case as a timeline."),
    "search": Item("search", "search", "Search the text of all filed mail."),
    "recognise": Item("recognise", "recognise", "Show which case numbers the rules see in a text."),
    "recognize": Item("recognise", "recognise", "The same as recognise.", hidden=True),
    "file": Item("file", "file", "Decide by hand which case a mail belongs to."),
    "set": Item("say", "set_", "Set what is known of a case: severity, plan, customer, owner …"),
    "note": Item("say", "note", "Note something about a case."),
    "contact": Item("say", "contact", "Record a call or a chat with the vendor."),
    "attach": Item("attach", "attach", "Keep a file with a case: transcript, screenshot, invoice."),
    "add": Item("say", "add", "Add a case of which no mail has come yet."),
    "snooze": Item("say", "snooze", "Keep a case quiet for a while."),
    "close": Item("say", "close", "Say that a case is closed."),
    "reopen": Item("say", "reopen", "Say that a case is open again."),
    "link": Item("tie", "link", "Say that two cases have to do with one another."),
    "merge": Item("tie", "merge", "Say that two numbers are one case."),
    "split": Item("tie", "split", "Take a mail and its replies out of a case."),
    "withdraw": Item("say", "withdraw", "Take back what a person said."),
    "draft": Item("draft", "draft", "Draft a reply to a case, for you to send."),
    "rename": Item("rename", "rename", "Give filed mail its standard subject, or take that back."),
    "digest": Item("digest", "digest", "Print a digest, or send it."),
    "reindex": Item("upkeep", "reindex", "Rebuild lists and search from ledger and archive."),
    "quarantine": Item("quarantine", "quarantine", "Look after mail that could not be read."),
    "check": Item("health", "check", "Check all that must work: sign-in, disk, certificates, digests …"),
    "status": Item("health", "status", "Tell whether mail is being watched, and how far reading has come."),
    "verify": Item("upkeep", "verify", "Re-hash archive, ledger and texts and name what was changed."),
    "backup": Item("backup", "backup", "Copy database, journals and originals into a folder, while it runs."),
    "demo": Item("demo", "demo", "Play a made-up mailbox through: poll, rename, digest."),
}
