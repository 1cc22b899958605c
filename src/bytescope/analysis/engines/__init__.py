"""The two engines, as attachments use them."""
