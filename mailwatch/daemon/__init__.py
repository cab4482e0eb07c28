"""The daemon: a thread for each mailbox, a timetable, signals, and word to the service manager."""

from mailwatch.daemon.run import Daemon as Daemon
