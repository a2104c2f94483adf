"""The log of incoming calls, put together from what the four call hooks tell. Pure."""

from __future__ import annotations

from attrs import define, field

from daktela_async.webhooks import (
    CallAnswered,
    CallArrived,
    CallHookEvent,
    CallHungUp,
    CallRinging,
)

from .shown import IncomingShown

#: Calls that are kept; a page shows those for which it has room.
MOST_KEPT = 30
#: Milliseconds after which a call counts as over even if no hook said so.
_LONGEST = 4 * 3600 * 1000


@define
class _Call:
    shown: IncomingShown
    call_id: str | None = None

    @property
    def over(self) -> bool:
        return self.shown["state"] in ("ended", "missed")


@define
class IncomingCalls:
    """The latest incoming calls, the newest first.

    The hook of a call that comes in has no id of the call, and the later ones have: until then the
    caller's number must do.
    """

    _calls: list[_Call] = field(factory=list[_Call])
    _count: int = 0

    @property
    def shown(self) -> list[IncomingShown]:
        """What the page shows of them."""
        return [call.shown for call in self._calls]

    @property
    def names(self) -> dict[str, str]:
        """The names that were answered, by number."""
        return {
            call.shown["number"]: call.shown["name"]
            for call in reversed(self._calls)
            if call.shown["name"]
        }

    def arrived(self, event: CallArrived, name: str, now: int) -> None:
        """Note a call that has just come in."""
        self._count += 1
        shown: IncomingShown = {
            "id": self._count,
            "number": event.caller or "",
            "name": name,
            "called": event.called or "",
            "agent": "",
            "state": "arrived",
            "at": now,
        }
        self._calls.insert(0, _Call(shown))
        del self._calls[MOST_KEPT:]

    def went_on(self, event: CallHookEvent, agent: str, now: int) -> bool:
        """Note what became of a call; False when it is none that was seen to come in."""
        call = self._find(event, now)
        if call is None:
            return False
        call.call_id = event.call_id or call.call_id
        shown = call.shown.copy()
        match event:
            case CallRinging():
                shown["state"] = "ringing"
            case CallAnswered():
                shown["state"] = "answered"
            case CallHungUp():
                shown["state"] = "ended" if shown["state"] == "answered" else "missed"
            case _:
                return False
        shown["agent"] = agent or shown["agent"]
        call.shown = shown
        return True

    def _find(self, event: CallHookEvent, now: int) -> _Call | None:
        open_calls = [
            call for call in self._calls if not call.over and now - call.shown["at"] < _LONGEST
        ]
        for call in open_calls:
            if event.call_id is not None and call.call_id == event.call_id:
                return call
        for call in reversed(open_calls):
            # The oldest of equals: two calls from one exchange ring in the order of their coming.
            if call.call_id is None and event.caller and call.shown["number"] == event.caller:
                return call
        return None
