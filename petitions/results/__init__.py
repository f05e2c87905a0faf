"""What may be shown of who took part, without showing any one of them."""
