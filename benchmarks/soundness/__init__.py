"""Whether partial answers are sound and tight, tried on random completions of what is not told."""
