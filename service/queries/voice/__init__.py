"""What pages read of petitions, questions and votes."""
