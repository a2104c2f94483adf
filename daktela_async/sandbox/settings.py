"""What can be set on a running sandbox."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, TypeAlias

import attrs

ErrorShape: TypeAlias = Literal["text", "list", "map"]
LoggedOut: TypeAlias = Literal["state", "error", "empty"]
Limit: TypeAlias = Literal["page", "answer"]


@attrs.define(kw_only=True, eq=False, repr=False)
class Settings:
    """The sandbox's settings; each may be changed at any time.

    The document leaves these open. ``error_shape`` says how the key "error" holds its text.
    ``logged_out`` is how RTUserState answers about an agent who isn't logged in: with a "state"
    of null, with an "error" or with an "empty" result. ``limit`` says what may hold 1000 calls at
    most: a "page" of them or the whole "answer". ``hold_seconds`` is how long RTUserState waits
    for a change; the document says 60.
    """

    access_token: str
    extra_access_tokens: Collection[str] = ()
    error_shape: ErrorShape = attrs.field(
        default="text", validator=attrs.validators.in_(("text", "list", "map"))
    )
    logged_out: LoggedOut = attrs.field(
        default="state", validator=attrs.validators.in_(("state", "error", "empty"))
    )
    limit: Limit = attrs.field(default="page", validator=attrs.validators.in_(("page", "answer")))
    hold_seconds: float = 60.0
    url: str = attrs.field(default="http://127.0.0.1", init=False)

    @property
    def access_tokens(self) -> frozenset[str]:
        """All tokens that are accepted, but for those of the users."""
        return frozenset((self.access_token, *self.extra_access_tokens))
