"""What the HTTP doors share: who calls, what went wrong, what a process remembers, one line in the log."""
