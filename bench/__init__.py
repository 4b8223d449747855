"""Benchmarks. `python -m bench` runs all of them, each beside its yardstick in the same run."""
