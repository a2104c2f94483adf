"""A client is open while it is used and closed when it is not."""

from __future__ import annotations

import pytest

from _telephony_core.calls import Call
from _telephony_core.client import Client
from _telephony_core.converter import Record
from _telephony_core.errors import ClientClosed
from _telephony_core.session import Resource
from tests.core.helpers import TinySession, client_of, planned

pytestmark = pytest.mark.anyio


class Things(Resource[TinySession]):
    async def get(self) -> Record:
        return await self._send(Call("/thing", Record))


class TinyClient(Client[TinySession]):
    def __init__(self, session: TinySession) -> None:
        super().__init__(session)
        self.things = Things(session)


async def test_a_client_is_closed_at_the_end_of_its_block() -> None:
    script = planned()
    session = TinySession(http_client=client_of(script))
    async with TinyClient(session) as client:
        assert isinstance(client, TinyClient)
        assert await client.things.get() == Record()
    assert session.closed == 1
    with pytest.raises(ClientClosed, match=r"POST /thing: .*async with"):
        await client.things.get()
    assert len(script.requests) == 1


async def test_a_client_is_closed_by_an_error_too_and_lets_it_pass() -> None:
    session = TinySession(http_client=client_of(planned()))
    with pytest.raises(KeyError):
        async with TinyClient(session):
            raise KeyError
    assert session.closed == 1


async def test_closing_twice_does_no_harm() -> None:
    client = TinyClient(TinySession())
    await client.aclose()
    await client.aclose()
    with pytest.raises(ClientClosed):
        await client.things.get()
