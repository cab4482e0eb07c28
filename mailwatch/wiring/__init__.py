"""Config to adapters to jobs: the only place where all meet. ``app`` is the door for commands."""
