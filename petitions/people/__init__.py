"""One voice for one verified contact: which spellings are the same, and the key for each."""
