"""Where a command line takes its credentials from: the environment, or a file of its owner's."""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from attrs import frozen

from ..errors import InvalidRequest

#: Windows knows no modes; there, a file in the user's own folder is private unless shared on
#: purpose.
_HAS_MODES = os.name == "posix"


@frozen
class Service:
    """Name what a client is made from.

    Attributes:
        name: the table of the file, such as "spikon".
        keys: the keys of that table; the environment variables are called after both.
    """

    name: str
    keys: tuple[str, ...]

    def variable(self, key: str) -> str:
        """Return the environment variable that stands for a key."""
        return f"{self.name}_{key}".upper()

    @property
    def variables(self) -> tuple[str, ...]:
        """All environment variables."""
        return tuple(map(self.variable, self.keys))


def default_file(environment: Mapping[str, str]) -> Path:
    """Return where the file is looked for: in `XDG_CONFIG_HOME`, or in ~/.config."""
    base = Path(environment.get("XDG_CONFIG_HOME", ""))
    # The XDG specification wants relative paths ignored.
    folder = base if base.is_absolute() else Path.home() / ".config"
    return folder / "spikon-daktela-async" / "credentials.toml"


def find_credentials(
    service: Service, environment: Mapping[str, str], file: Path | None
) -> dict[str, str]:
    """Return the credentials of a service, by their environment variables.

    They come from `file` if it is named, else from the environment if anything stands there, else
    from the default file. The two are never mixed.
    """
    given = {name: environment[name] for name in service.variables if environment.get(name)}
    if file is None and given:
        return given
    path = default_file(environment) if file is None else file
    if file is None and not path.exists():
        raise InvalidRequest(
            f"there are no credentials for {service.name}.",
            advice=f"Set {service.variables[0]} and its kin, write them to {path} (mode 600), or"
            " try it out with --sandbox.",
        )
    return _read_table(service, path)


def _read_table(service: Service, path: Path) -> dict[str, str]:
    """Return the table of a service in a file of credentials."""
    try:
        document = tomllib.loads(read_private(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        document = None
    if document is None:
        # Said here, and not by the parser, who may quote what it reads.
        raise InvalidRequest(f"{path} is no TOML.", advice=_sample(service))
    table: object = document.get(service.name)
    if not isinstance(table, dict):
        raise InvalidRequest(f"{path} has no table [{service.name}].", advice=_sample(service))
    fields = cast("dict[str, object]", table)
    for key, value in fields.items():
        if key not in service.keys or not isinstance(value, str):
            raise InvalidRequest(
                f"[{service.name}] in {path} may hold texts called {', '.join(service.keys)},"
                f" and not {key!r}.",
                advice=_sample(service),
            )
    return {service.variable(key): str(value) for key, value in fields.items()}


def read_private(path: Path) -> str:
    """Read a file that nobody but its owner may read; on Windows the mode is not looked at."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode & 0o777
            if not _HAS_MODES or not mode & 0o077:
                return file.read()
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}.") from error
    raise InvalidRequest(
        f"{path} holds secrets, and others may read it (mode {mode:03o}).",
        advice=f"Mend it with: chmod 600 {shlex.quote(str(path))}",
    )


def _sample(service: Service) -> str:
    return f'Write [{service.name}], and below it: {service.keys[0]} = "..."'
