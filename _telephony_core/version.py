"""The version of this distribution, for its metadata and for the User-Agent header."""

__version__ = "0.1.0"
