"""Petitions, signatures, proposals and tallies: pure, and apart from every benefits case."""
