"""A folder that was read and is no longer on the server: said once, in the ledger and to a person.

Its mails stay filed and their originals kept; where they lie, nobody knows any more. Where reading
stood is forgotten, so that a folder of this name that comes (back) is read from the start; what is
known of it is not read twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailwatch.core.entries import Text, Watch
from mailwatch.errors import Words
from mailwatch.ports import Folder, Role, Store


def tell_vanished(store: Store, mailbox: str, listed: Sequence[Folder]) -> tuple[Words, ...]:
    """Record the folders that have gone; a sentence for each.

    A list without INBOX, which every mailbox has (RFC 3501 5.1), is a server's slip and says nothing.
    """
    there = {folder.name for folder in listed if folder.selectable}
    if not any(f.role is Role.INBOX or f.name.upper() == "INBOX" for f in listed):
        return ()
    with store.writing() as tx:
        gone = [cursor.folder for cursor in tx.desk.cursors(mailbox) if cursor.folder not in there]
        for folder in gone:
            tx.ledger.record(Watch("folder-gone", mailbox, Text(folder)))
            tx.desk.drop_cursor(mailbox, folder)
    return tuple(
        Words("the folder {folder} is gone from the server; what was filed from it stays", {"folder": name})
        for name in gone
    )
