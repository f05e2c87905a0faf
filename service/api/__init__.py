"""The interfaces for machines: agencies, partners and anyone who reads public data."""
