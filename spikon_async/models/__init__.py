"""The records that the methods return, one module per chapter of the document."""
