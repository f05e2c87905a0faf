"""Migrations, written by `tortoise makemigrations` and run by `threshold migrate`."""
