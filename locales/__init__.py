"""Message catalogues, and the commands that keep them whole."""
