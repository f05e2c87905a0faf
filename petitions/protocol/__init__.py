"""Sealed ballots and what is published about them, so that anyone can check and recount."""
