"""The async web app: the only package that knows HTTP, the database, files, mail and the clock."""
