"""Config to adapters to jobs: the only place where all meet."""

from mailwatch.wiring.app import App as App
from mailwatch.wiring.app import open_app as open_app
