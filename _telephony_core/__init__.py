"""What `spikon_async` and `daktela_async` both stand on; it knows neither API and is private."""
