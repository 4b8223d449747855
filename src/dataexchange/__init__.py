"""Statistical data exchange between city and national statistics offices."""

__version__ = "0.1.0"
