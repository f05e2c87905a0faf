"""Agreement with an independent model on made-up households of Washington, answer by answer."""
