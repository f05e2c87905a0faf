"""The same households through this engine and through another one, in the same run."""
