"""Emitters of hook calls, one for each kind of event."""
