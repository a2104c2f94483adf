"""On which event loops the tests run."""

import pytest


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Return the name of the event loop; `return "asyncio"` is enough for most applications."""
    name: str = request.param
    return name
