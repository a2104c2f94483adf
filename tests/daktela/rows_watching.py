"""What watches agents: made of RTUserState and RTUsersState, and tested as flows."""

from tests.daktela.helpers import Endpoint

ROWS: tuple[Endpoint, ...] = ()
FLOWS = ("realtime.watch_team", "realtime.watch_user", "realtime.watch_users")
