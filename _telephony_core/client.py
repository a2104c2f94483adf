"""The lifecycle that both clients share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from types import TracebackType

    from .session import ApiSession

S = TypeVar("S", bound="ApiSession")


class Client(Generic[S]):
    """Be the base of both clients: open while it is used, closed once."""

    def __init__(self, session: S) -> None:
        self._session = session

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; calls made afterwards raise `ClientClosed`."""
        await self._session.aclose()
