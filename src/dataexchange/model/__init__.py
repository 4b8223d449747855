"""The words of the exchange: frozen dataclasses in SDMX terms, no I/O. One idea a file."""
