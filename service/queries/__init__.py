"""All reads of more than one row."""
