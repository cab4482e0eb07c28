"""One outside each, blind to one another. Foreign errors end here."""
