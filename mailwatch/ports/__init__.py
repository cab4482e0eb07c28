"""The narrow doors to the outside, in our own words.

Jobs know these protocols and nothing behind them. Every method may raise
``TemporaryError`` (the world mends) or ``ConfigError`` (a person mends), and no
foreign exception. Times are aware datetimes in UTC unless said otherwise.

One module holds one question with the values that it speaks of. The other rooms
import from here, so that a door may move between modules without their noticing.
"""

from mailwatch.ports.archive import Archive as Archive
from mailwatch.ports.archive import Originals as Originals
from mailwatch.ports.attic import Attic as Attic
from mailwatch.ports.case_mail import CaseMail as CaseMail
from mailwatch.ports.case_mail import CaseMails as CaseMails
from mailwatch.ports.case_mail import ToldRows as ToldRows
from mailwatch.ports.case_states import CaseStates as CaseStates
from mailwatch.ports.clock import Clock as Clock
from mailwatch.ports.desk import Cursor as Cursor
from mailwatch.ports.desk import Desk as Desk
from mailwatch.ports.desk import Sighting as Sighting
from mailwatch.ports.desk import Wishes as Wishes
from mailwatch.ports.evidence import Change as Change
from mailwatch.ports.evidence import Evidence as Evidence
from mailwatch.ports.evidence import Rebuild as Rebuild
from mailwatch.ports.evidence import Restore as Restore
from mailwatch.ports.folder import Capabilities as Capabilities
from mailwatch.ports.folder import Folder as Folder
from mailwatch.ports.folder import FolderState as FolderState
from mailwatch.ports.folder import Listed as Listed
from mailwatch.ports.folder import Role as Role
from mailwatch.ports.journal import Journal as Journal
from mailwatch.ports.journal import JournalLine as JournalLine
from mailwatch.ports.journal import JournalReader as JournalReader
from mailwatch.ports.ledger import Ledger as Ledger
from mailwatch.ports.library import CaseRow as CaseRow
from mailwatch.ports.library import DigestShelf as DigestShelf
from mailwatch.ports.library import Hit as Hit
from mailwatch.ports.library import Library as Library
from mailwatch.ports.library import MessageRow as MessageRow
from mailwatch.ports.library import OriginalRow as OriginalRow
from mailwatch.ports.looks import Look as Look
from mailwatch.ports.looks import Looks as Looks
from mailwatch.ports.looks import Rounds as Rounds
from mailwatch.ports.mail import Fetched as Fetched
from mailwatch.ports.mailbox import Mailbox as Mailbox
from mailwatch.ports.mailbox import MailEditor as MailEditor
from mailwatch.ports.mailbox import MailMover as MailMover
from mailwatch.ports.mailbox import MailReader as MailReader
from mailwatch.ports.mailbox import Waiter as Waiter
from mailwatch.ports.outbox import Outbox as Outbox
from mailwatch.ports.outbox import OutboxItem as OutboxItem
from mailwatch.ports.outbox import Pages as Pages
from mailwatch.ports.outbox import Sender as Sender
from mailwatch.ports.parser import Parser as Parser
from mailwatch.ports.places import Lying as Lying
from mailwatch.ports.places import Places as Places
from mailwatch.ports.plans import Consents as Consents
from mailwatch.ports.plans import Plans as Plans
from mailwatch.ports.plans import Strays as Strays
from mailwatch.ports.probes import Probes as Probes
from mailwatch.ports.quarantine import Held as Held
from mailwatch.ports.quarantine import Quarantine as Quarantine
from mailwatch.ports.said import Statements as Statements
from mailwatch.ports.store import DigestStore as DigestStore
from mailwatch.ports.store import Store as Store
from mailwatch.ports.store import Transaction as Transaction
from mailwatch.ports.trees import Finder as Finder
from mailwatch.ports.trees import Trees as Trees
