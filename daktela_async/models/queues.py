"""Chapter Fronty: queues."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, cast

from attrs import frozen

from _telephony_core.converter import Record, Wire
from _telephony_core.documents import Plain

from .common import Direction


@frozen(kw_only=True)
class Queue(Record):
    """A queue. GetQueues.

    Attributes:
        id: its id.
        number: its number, by which agents log in and calls come.
        title: its name.
        description: its description.
        direction: whether its calls come in or go out.
        caller_id: the number that calls out of it show.
        wrap_up_time: the pause after each call.
        outbounder: whether it dials out of lists by itself.
        form_id: the id of its form; "0" without one.
        missed: what becomes of missed calls, if that is set.
        options: all its settings, as JSON text; see `settings`.
        deleted: whether it is deleted.
        user_id: the user to whom the two fields below belong.
        penalty: the user's priority in it; 0 is the normal one.
        login: how the user is logged in to it, such as "manual".
    """

    id: Annotated[str, Wire("queue")]
    number: Annotated[str, Wire("name")] = ""
    title: str = ""
    description: str = ""
    direction: Direction | str = ""
    caller_id: Annotated[str, Wire("outboundcid")] = ""
    wrap_up_time: Annotated[timedelta | None, Wire("wrapuptime")] = None
    outbounder: bool = False
    form_id: Annotated[str, Wire("form")] = ""
    missed: str | None = None
    options: str = ""
    deleted: bool = False
    user_id: Annotated[str | None, Wire("user")] = None
    penalty: int | None = None
    login: str = ""

    @property
    def settings(self) -> Mapping[str, object]:
        """The options as a mapping; empty when they are no JSON map."""
        try:
            settings: object = json.loads(self.options)
        except (ValueError, RecursionError):
            return {}
        return cast("Mapping[str, object]", settings) if isinstance(settings, dict) else {}

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Keep options that came as a map, and not as a text, in one shape."""
        options = plain.get("options") if isinstance(plain, dict) else None
        if isinstance(plain, dict) and options and isinstance(options, dict | list):
            return {**plain, "options": json.dumps(options)}
        return plain
