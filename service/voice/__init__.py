"""What all of voice shares: its rules, contacts, keys, mails and counts. No benefits table."""
