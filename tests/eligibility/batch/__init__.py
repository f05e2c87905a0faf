"""The batch evaluator: every row as the scalar engine decides it, from files, on every engine."""
