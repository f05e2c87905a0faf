"""Everything that changes a petition, a question or a vote."""
