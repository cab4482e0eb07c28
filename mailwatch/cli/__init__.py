"""The command line.

This module and ``chassis`` import click alone, so that ``mailwatch --help`` is
there at once; a command's own module is imported when it is called.
"""

from mailwatch.cli.chassis import main as main
