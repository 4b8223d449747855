"""SDMX text to words and back: media types, URLs, readers and streaming writers."""
