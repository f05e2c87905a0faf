"""Counting: every method as a pure function with exact numbers, the same in any ballot order."""
