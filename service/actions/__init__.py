"""All writes: one action, one transaction, one audit entry in it."""
