"""A city's folder, the pack: what its files hold, and what `threshold check` finds in them."""
