"""One class per chapter of the document, one file each."""
