"""The digest as a job: gather facts, compose, word, store, send."""

from mailwatch.jobs.remind.deliver import MailboxSender as MailboxSender
from mailwatch.jobs.remind.deliver import OtherWay as OtherWay
from mailwatch.jobs.remind.outgoing import SendRow as SendRow
from mailwatch.jobs.remind.outgoing import Turn as Turn
from mailwatch.jobs.remind.reminder import Reminder as Reminder
from mailwatch.jobs.remind.reminder import RenderedDigest as RenderedDigest
