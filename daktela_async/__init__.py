"""An asyncio and trio client for Daktela, a Czech call-centre platform: to come in version 0.2."""
