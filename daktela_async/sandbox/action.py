"""What an action of the API is: its versions, its parameters and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

import attrs

from daktela_async.sandbox.errors import Refusal, missing, unknown_parameter
from daktela_async.sandbox.given import Given
from daktela_async.sandbox.php import Value
from daktela_async.sandbox.render import Node
from daktela_async.sandbox.settings import Settings
from daktela_async.sandbox.state import State

VERSIONS = ("3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "4.0", "4.1")


@attrs.frozen
class NoResult:
    """Success without the key "result", as the document shows for some actions."""


NO_RESULT: Final = NoResult()


@attrs.frozen
class Recording:
    """A recording to be sent, of the call with this id."""

    call_id: str
    octets: bool


@attrs.frozen
class Held:
    """An answer that may wait for the agent's state to change; ``revision`` is that of now."""

    user_id: int
    revision: int
    answer: Node


Result: TypeAlias = "Node | NoResult | Held | Recording"
Handler: TypeAlias = Callable[[State, Settings, Given], Result]


@attrs.frozen(kw_only=True)
class Action:
    """A documented action; of several that share a name the first that ``fits`` answers.

    ``one_of`` are groups of parameters of which one must be there; ``lenient`` lists what the
    document's samples send and its lists of parameters don't have.
    """

    name: str
    version: str
    handler: Handler
    required: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    optional: tuple[str, ...] = ()
    lenient: tuple[str, ...] = ()
    wanted_by: tuple[str, ...] = ()
    needs_token: bool = True

    @property
    def known(self) -> frozenset[str]:
        """All parameters that the action takes."""
        either = (name for group in self.one_of for name in group)
        return frozenset((*self.required, *either, *self.optional, *self.lenient))

    def is_in(self, version: str) -> bool:
        """Tell whether the version has the action."""
        return VERSIONS.index(version) >= VERSIONS.index(self.version)


def choose(actions: Iterable[Action], name: str, version: str, sent: Iterable[str]) -> Action:
    """Return the action that a request is for.

    Of two with the same name that differ in parameters (CreateCall, Monitoring) it's the one
    whose own parameter was sent; of two that differ in version alone it's the newer one.
    """
    called = [action for action in actions if action.name == name]
    if not called:
        raise Refusal(f"Neznámá akce {name}")
    there = [action for action in called if action.is_in(version)]
    wanted = [action for action in called if set(action.wanted_by) & set(sent)]
    suitable = [action for action in there if not wanted or action in wanted]
    if not suitable:
        raise Refusal(f"Akce {name} není ve verzi {version} k dispozici")
    return max(suitable, key=lambda action: VERSIONS.index(action.version))


def checked(action: Action, query: Mapping[str, Value], cookies: Mapping[str, Value]) -> Given:
    """Return the parameters, or raise the error about the first wrong one.

    Other cookies than the action's parameters are none of its business.
    """
    for name in query:
        if name not in action.known:
            raise unknown_parameter(name)
    given = Given(
        {**{name: value for name, value in cookies.items() if name in action.known}, **query}
    )
    for name in action.required:
        if not given.is_array(name) and not given.text(name):
            raise missing(name)
    for group in action.one_of:
        given.need(*group)
    return given
