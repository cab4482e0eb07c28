"""The store on SQLAlchemy Core: the only room that knows SQL."""

from mailwatch.adapters.sql.store import SqlStore as SqlStore
