"""One module a job, in terms of ports."""
