"""The methods of the API, one class a chapter of the document."""
