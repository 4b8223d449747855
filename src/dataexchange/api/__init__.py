"""The HTTP door: parse to a word, ask the store or call a verb, answer."""
