"""The web core: what stands before and around every route."""
