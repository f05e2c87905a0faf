"""Measurements of the running service, each beside a bare server in the same run."""
