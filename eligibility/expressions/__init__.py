"""The rule language: parsed, type-checked and compiled, never evaluated as Python."""
