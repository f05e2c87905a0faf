"""What tests stand on: a real PostgreSQL, a real browser, the real service in its own process."""
