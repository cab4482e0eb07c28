"""mailwatch keeps the record of your Microsoft support cases straight from your own mailbox."""
