"""Settings out of environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from attrs import field, frozen

_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
_SHORTEST_SECRET = 16


class BadSettings(ValueError):
    """Tell of settings with which the wallboard must not start."""


@frozen(kw_only=True)
class Settings:
    """How the wallboard is reached, and by whom.

    Attributes:
        password: asked of every browser (WALLBOARD_PASSWORD); empty asks nobody.
        webhook_secret: the last part of the webhook's address (WALLBOARD_WEBHOOK_SECRET); without
            it there is no webhook.
        hosts: the names under which the wallboard is reached (WALLBOARD_HOSTS, separated by
            commas); those of this machine always count.
        customers: a CSV file with numbers and names (WALLBOARD_CUSTOMERS).
        server: what the page calls the source of all this; the name of Daktela's server.
    """

    password: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    hosts: tuple[str, ...] = ()
    customers: Path | None = None
    server: str = ""

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; raise `BadSettings`."""
        secret = environment.get("WALLBOARD_WEBHOOK_SECRET", "")
        if secret and (len(secret) < _SHORTEST_SECRET or not secret.isalnum()):
            raise BadSettings(
                f"WALLBOARD_WEBHOOK_SECRET must be {_SHORTEST_SECRET} or more letters and digits:"
                " python -c 'import secrets; print(secrets.token_hex(16))'"
            )
        hosts = environment.get("WALLBOARD_HOSTS", "").split(",")
        customers = environment.get("WALLBOARD_CUSTOMERS", "")
        return cls(
            password=environment.get("WALLBOARD_PASSWORD", ""),
            webhook_secret=secret,
            hosts=tuple(host.strip() for host in hosts if host.strip()),
            customers=Path(customers) if customers else None,
            server=environment.get("DAKTELA_SERVER", ""),
        )

    @property
    def allowed_hosts(self) -> list[str]:
        """The names that a request may ask for; others come from pages that rebind names."""
        return [*_LOCAL_NAMES, *self.hosts]

    def check(self, address: str) -> None:
        """Raise `BadSettings` if others could see the board and dial without a password."""
        if not (self.password or _is_local(address)):
            raise BadSettings(
                f"whoever reaches {address} could dial: set WALLBOARD_PASSWORD, or listen on"
                " 127.0.0.1 behind a proxy that asks who is there."
            )


def _is_local(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
