"""Chapter Linky: extensions."""

from _telephony_core import checks

from ..models.extensions import ExtensionState
from ..models.users import User
from .base import DaktelaResource


class ExtensionsResource(DaktelaResource):
    """Extensions: what they do, and whose they are."""

    async def states(
        self, *, version: str = "3.0", timeout: float | None = None
    ) -> tuple[ExtensionState, ...]:
        """Return what all extensions do right now. Daktela DeviceStates, chapter Linky."""
        return await self._ask(
            "DeviceStates", tuple[ExtensionState, ...], version=version, timeout=timeout
        )

    async def users(
        self, extension: str, *, version: str = "4.1", timeout: float | None = None
    ) -> tuple[User, ...]:
        """List the users of an extension. Daktela GetExtensionUsers, chapter Linky."""
        source = "Daktela GetExtensionUsers"
        return await self._ask(
            "GetExtensionUsers",
            tuple[User, ...],
            {"extension": checks.text("extension", extension, source)},
            version=version,
            timeout=timeout,
        )
