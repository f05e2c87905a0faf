"""How many pages one form asks, beside the separate forms of the programs that are sent."""
