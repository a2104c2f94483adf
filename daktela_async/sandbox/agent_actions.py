"""The actions about users, their work and their pauses (chapters "Operátoři" and "Pauzy")."""

from __future__ import annotations

from daktela_async.sandbox import pauses, users
from daktela_async.sandbox.action import NO_RESULT, Action, Result
from daktela_async.sandbox.errors import NO_USER, NOT_LOGGED_IN, Refusal, wrong_value
from daktela_async.sandbox.given import Given
from daktela_async.sandbox.operators import Operator
from daktela_async.sandbox.render import Node
from daktela_async.sandbox.settings import Settings
from daktela_async.sandbox.state import State

_KINDS = ("normal", "wrap", "lajdak")


def operator_of(state: State, given: Given) -> Operator:
    """Return the agent given by login or by line, at work."""
    user = given.find("user")
    if user is not None:
        return state.operators.named(user)
    operator = state.operators.at(given.need("extension"))
    if operator is None:
        raise Refusal(NOT_LOGGED_IN)
    return operator


def _create_user(state: State, settings: Settings, given: Given) -> Result:
    user = state.users.create(
        given.text("name"),
        given.text("title"),
        given.text("password"),
        role=given.text("role"),
        profile=given.text("profile"),
        description=given.find("description"),
        email=given.find("email"),
    )
    user.queues = tuple(queue.id for queue in state.queues.all)
    return users.written(user)


def _update_user(state: State, settings: Settings, given: Given) -> Result:
    user = state.users.named(given.text("name"))
    user.role = given.text("role", user.role)
    user.profile = given.text("profile", user.profile)
    user.title = given.text("title", user.title)
    user.password = given.text("password", user.password)
    user.description = given.find("description") or user.description
    user.email = given.find("email") or user.email
    state.operators.changed([state.operators.of(user)])
    return users.written(user)


def _delete_user(state: State, settings: Settings, given: Given) -> Result:
    user = state.users.find(given.number("id", -1))
    operator = state.operators.of(user)
    if operator.login is not None:
        state.operators.log_out(operator)
    user.deleted = True
    return NO_RESULT


def _get_user(state: State, settings: Settings, given: Given) -> Result:
    """Tell whose the token is; the document's sample answers an empty text to a good token.

    So does the sandbox for its own token, and a user for the token of a user.
    """
    user = state.users.with_token(given.token)
    return "" if user is None else users.listed(user)


def _get_users(state: State, settings: Settings, given: Given) -> Result:
    user_id = given.id("id")
    if user_id is not None:
        return users.listed(state.users.find(user_id))
    extension = given.find("extension")
    found = state.users.present if extension is None else state.users.at(extension)
    return {str(user.id): users.listed(user) for user in found}


def _login(state: State, settings: Settings, given: Given) -> Result:
    operator = state.operators.named(given.text("user"))
    state.operators.log_in(operator, given.find("extension"))
    return None


def _logout(state: State, settings: Settings, given: Given) -> Result:
    state.operators.log_out(state.operators.named(given.text("user")))
    return None


def _pause_on(state: State, settings: Settings, given: Given) -> Result:
    operator = operator_of(state, given)
    pause = state.pauses.find(given.number("pause"))
    state.operators.take_pause(operator, pause, force=given.flag("force") is True)
    return NO_RESULT


def _pause_off(state: State, settings: Settings, given: Given) -> Result:
    state.operators.end_pause(operator_of(state, given))
    return NO_RESULT


def _create_pause(state: State, settings: Settings, given: Given) -> Result:
    """Create or change a pause; the document's samples say name and billable, its list doesn't."""
    kind = given.text("type")
    if kind not in _KINDS:
        raise wrong_value("type", f"má být {', '.join(_KINDS)}")
    paid = given.flag("paid") if given.find("paid") else given.flag("billable")
    state.pauses.put(
        given.id("id"),
        title=given.need("title", "name"),
        kind=kind,
        paid=paid is True,
        code=given.find("code"),
    )
    return None


def _get_pauses(state: State, settings: Settings, given: Given) -> Result:
    return {str(pause.id): pauses.listed(pause) for pause in state.pauses.all}


def _get_pauses_before(state: State, settings: Settings, given: Given) -> Result:
    pause_id = given.id("id")
    found = state.pauses.all if pause_id is None else (state.pauses.find(pause_id),)
    return {str(pause.id): pauses.listed_before(pause) for pause in found}


def _get_extension_users(state: State, settings: Settings, given: Given) -> Result:
    extension = given.text("extension")
    found = state.users.at(extension)
    sitting = state.operators.at(extension)
    if sitting is not None and sitting.user not in found:
        found += (sitting.user,)
    if not found:
        raise Refusal(NO_USER)
    return {"data": [_without_password(users.listed(user)) for user in found]}


def _without_password(user: dict[str, Node]) -> dict[str, Node]:
    return {key: value for key, value in user.items() if key != "password"}


_EITHER = (("user", "extension"),)

ACTIONS = (
    Action(
        name="CreateUser",
        version="4.0",
        handler=_create_user,
        required=("role", "profile", "name", "title", "password"),
        optional=("description", "email"),
    ),
    Action(
        name="UpdateUser",
        version="4.0",
        handler=_update_user,
        required=("name",),
        optional=("role", "profile", "title", "description", "password", "email"),
    ),
    Action(name="DeleteUser", version="3.0", handler=_delete_user, required=("id",)),
    Action(name="GetUser", version="4.0", handler=_get_user),
    Action(name="GetUsers", version="3.0", handler=_get_users, optional=("id", "extension")),
    Action(
        name="Login", version="3.4", handler=_login, required=("user",), optional=("extension",)
    ),
    Action(name="Logout", version="3.4", handler=_logout, required=("user",)),
    Action(
        name="PauseOn",
        version="3.0",
        handler=_pause_on,
        required=("pause",),
        one_of=_EITHER,
        optional=("force",),
    ),
    Action(name="PauseOff", version="3.0", handler=_pause_off, one_of=_EITHER),
    Action(
        name="CreatePause",
        version="3.3",
        handler=_create_pause,
        required=("type",),
        one_of=(("title", "name"), ("paid", "billable")),
        optional=("id", "code"),
    ),
    Action(name="GetPauses", version="3.3", handler=_get_pauses),
    Action(name="GetPauses", version="3.0", handler=_get_pauses_before, optional=("id",)),
    Action(
        name="GetExtensionUsers",
        version="4.1",
        handler=_get_extension_users,
        required=("extension",),
    ),
)
