"""The users of the exchange, who are its agents too (Daktela API, chapter "Operátoři")."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import attrs

from daktela_async.sandbox.errors import NO_USER, Refusal
from daktela_async.sandbox.render import Node


@attrs.define(kw_only=True, eq=False, repr=False)
class User:
    """A user; ``extension`` is the line that belongs to the account, if one does."""

    id: int
    name: str
    title: str
    password: str = "heslo"  # noqa: S105  (made up, as the document's)
    role: str = "role_43h424k432"
    profile: str = "profile_hj34242342"
    description: str | None = ""
    email: str | None = ""
    extension: str | None = None
    deleted: bool = False
    queues: tuple[int, ...] = ()

    @property
    def token(self) -> str:
        """The user's own token."""
        return token_of(self.name, self.password)


def token_of(login: str, password: str) -> str:
    """Return the access token: SHA1 of the login and the password."""
    return hashlib.sha1(f"{login}{password}".encode()).hexdigest()  # noqa: S324  (as documented)


class Users:
    """All users, the deleted ones too."""

    def __init__(self, users: Iterable[User]) -> None:
        self._users = {user.id: user for user in users}

    @property
    def present(self) -> tuple[User, ...]:
        """The users that aren't deleted."""
        return tuple(user for user in self._users.values() if not user.deleted)

    def find(self, user_id: int) -> User:
        """Return the user with that id."""
        user = self._users.get(user_id)
        if user is None or user.deleted:
            raise Refusal(NO_USER)
        return user

    def find_any(self, user_id: int) -> User:
        """Return the user with that id, deleted or not."""
        return self._users[user_id]

    def named(self, name: str) -> User:
        """Return the user with that login."""
        for user in self.present:
            if user.name == name:
                return user
        raise Refusal(NO_USER)

    def at(self, extension: str) -> tuple[User, ...]:
        """Return the users to whose accounts the line belongs."""
        return tuple(user for user in self.present if user.extension == extension)

    def with_token(self, token: str) -> User | None:
        """Return the user that has the token."""
        return next((user for user in self.present if user.token == token), None)

    def create(
        self,
        name: str,
        title: str,
        password: str,
        *,
        role: str,
        profile: str,
        description: str | None,
        email: str | None,
    ) -> User:
        """Create a user with a login that nobody has."""
        if any(user.name == name for user in self.present):
            raise Refusal(f"Uživatel {name} již existuje", "name")
        user = User(
            id=max(self._users) + 1,
            name=name,
            title=title,
            password=password,
            role=role,
            profile=profile,
            description=description,
            email=email,
        )
        self._users[user.id] = user
        return user


def listed(user: User) -> dict[str, Node]:
    """Return a user as GetUsers gives it: everything is a text."""
    return {
        "user": str(user.id),
        "role": user.role,
        "profile": user.profile,
        "name": user.name,
        "title": user.title,
        "description": user.description or "",
        "password": user.password,
        "email": user.email or "",
        "deleted": str(int(user.deleted)),
    }


def written(user: User) -> dict[str, Node]:
    """Return a user as CreateUser and UpdateUser give it."""
    return {
        **listed(user),
        "user": user.id,
        "description": user.description,
        "email": user.email,
        "deleted": None,
    }
