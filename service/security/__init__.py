"""Keys, passwords, sessions, limits and who may see what."""
