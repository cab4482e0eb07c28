"""The standard subject in the mailbox: plan, then act, then look (DESIGN section 5)."""

from mailwatch.jobs.rename.consent import ModeOf as ModeOf
from mailwatch.jobs.rename.consent import let_go as let_go
from mailwatch.jobs.rename.hindrance import hindered as hindered
from mailwatch.jobs.rename.probing import Prober as Prober
from mailwatch.jobs.rename.record import RenameRow as RenameRow
from mailwatch.jobs.rename.renamer import RenameFolder as RenameFolder
from mailwatch.jobs.rename.renamer import Renamer as Renamer
