"""Verbs, one a file: the only room that knows the order of steps."""
