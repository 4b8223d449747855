"""Pure steps: value in, value and findings out. No database, no network; steps do not know each other."""
