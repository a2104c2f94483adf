"""What can be set on a running sandbox."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, TypeAlias

import attrs

EmptyLists: TypeAlias = Literal["count", "error"]


@attrs.define(kw_only=True, eq=False, repr=False)
class Settings:
    """The sandbox's settings; each may be changed at any time.

    ``enabled`` False answers error -4. ``allowed_ips`` None lets everyone in. ``error_status`` is
    the HTTP status of errors, which the document doesn't give. ``empty_lists`` says how a list
    without elements is answered: with a "count" of 0 or with "error" -8. ``entry_ids`` False
    leaves out the ids of phone book entries, as the document's samples do. ``sender_names`` are
    those allowed besides the documented ones.
    """

    api_key: str = "sandbox-key"
    extra_api_keys: Collection[str] = ()
    enabled: bool = True
    allowed_ips: Collection[str] | None = None
    error_status: int = 200
    empty_lists: EmptyLists = attrs.field(
        default="count", validator=attrs.validators.in_(("count", "error"))
    )
    entry_ids: bool = True
    sender_names: set[str] = attrs.field(factory=set[str])
    url: str = attrs.field(default="http://127.0.0.1", init=False)

    @property
    def api_keys(self) -> frozenset[str]:
        """All keys that are accepted."""
        return frozenset((self.api_key, *self.extra_api_keys))
