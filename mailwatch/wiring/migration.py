"""What brings a database up to this version; it brings alembic along, which few runs need."""

from mailwatch.adapters.sql.migrate import upgrade as upgrade
from mailwatch.adapters.sql.migrate import upgrade_at as upgrade_at
