"""One file a revision, named `r<number>_<what>.py` after its revision id."""
