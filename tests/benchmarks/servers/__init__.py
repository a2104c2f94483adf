"""Servers in processes of their own, so that what they cost is not the client's."""
