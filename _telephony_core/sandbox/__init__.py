"""The fake servers' common part: clock, faults, request log and runner. It knows neither API."""
