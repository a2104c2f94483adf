"""Files to be written, looked at before anything is begun that would be in vain without them."""

from pathlib import Path

import anyio

from ..errors import InvalidRequest


async def check_target(path: Path) -> None:
    """Raise `InvalidRequest` for a file that has no folder, or whose name a folder has."""
    if not await anyio.Path(path.parent).is_dir():
        raise InvalidRequest(f"there is no folder {path.parent} to write {path.name} to.")
    if await anyio.Path(path).is_dir():
        raise InvalidRequest(f"{path} is a folder; it cannot be written as a file.")
