"""Chapter Operátoři: users and their login to the call centre."""

from _telephony_core import checks
from _telephony_core.calls import Semantics

from ..errors import UserNotFound
from ..models.common import Done
from ..models.users import User
from .base import DaktelaResource, only, sought


class UsersResource(DaktelaResource):
    """Users, and whether they are at work."""

    async def list(
        self,
        *,
        extension: str | None = None,
        version: str = "3.0",
        timeout: float | None = None,
    ) -> tuple[User, ...]:
        """List the users. Daktela GetUsers, chapter Operátoři.

        `extension` leaves only those who have that extension, external number or group tied to
        their account. The service answers with passwords too.
        """
        return await self._ask(
            "GetUsers",
            tuple[User, ...],
            {"extension": sought("extension", extension, "Daktela GetUsers")},
            version=version,
            timeout=timeout,
        )

    async def get(
        self, user_id: str, *, version: str = "3.0", timeout: float | None = None
    ) -> User:
        """Return one user by the id, which is not the login. Daktela GetUsers, chapter Operátoři.

        Raises `NotFound` when the answer is empty, or is another one.
        """
        found = await self._ask(
            "GetUsers", tuple[User, ...], version=version, record_id=user_id, timeout=timeout
        )
        return only(found, user_id, "GetUsers", "user")

    async def current(self, *, version: str = "4.0", timeout: float | None = None) -> User | None:
        """Return the user to whom the token belongs. Daktela GetUser, chapter Operátoři.

        None says that the token is good, and nothing more: the sample of the document is such an
        answer. Raises `UserNotFound` when the token is not good.
        """
        found = await self._ask("GetUser", tuple[User, ...], version=version, timeout=timeout)
        return found[0] if found else None

    async def create(
        self,
        login: str,
        password: str,
        *,
        full_name: str,
        role: str,
        profile: str,
        description: str | None = None,
        email: str | None = None,
        version: str = "4.0",
        timeout: float | None = None,
    ) -> User:
        """Make a user. Daktela CreateUser, chapter Operátoři.

        `role` and `profile` are identifiers, such as "role_52f22ad1ba23e". The password travels
        where the token does.
        """
        source = "Daktela CreateUser"
        call = self._call(
            "CreateUser",
            User,
            {
                "role": checks.text("role", role, source),
                "profile": checks.text("profile", profile, source),
                "name": checks.text("login", login, source),
                "title": checks.text("full_name", full_name, source),
                "description": description,
                "email": email,
            },
            secrets={"password": checks.text("password", password, source)},
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look for the login with users.list() before making the user again.",
        )
        del password  # crash reporters send local variables along
        return await self._send(call, timeout=timeout)

    async def update(
        self,
        login: str,
        *,
        full_name: str | None = None,
        password: str | None = None,
        role: str | None = None,
        profile: str | None = None,
        description: str | None = None,
        email: str | None = None,
        version: str = "4.0",
        timeout: float | None = None,
    ) -> User:
        """Change a user, who is found by the login. Daktela UpdateUser, chapter Operátoři.

        What is None stays as it is. The password travels where the token does.
        """
        call = self._call(
            "UpdateUser",
            User,
            {
                "name": checks.text("login", login, "Daktela UpdateUser"),
                "role": role,
                "profile": profile,
                "title": full_name,
                "description": description,
                "email": email,
            },
            secrets={"password": password},
            version=version,
            semantics=Semantics.IDEMPOTENT,
        )
        del password  # crash reporters send local variables along
        return await self._send(call, timeout=timeout)

    async def delete(
        self, user_id: str, *, version: str = "3.0", timeout: float | None = None
    ) -> Done:
        """Delete a user by the id, which is not the login. Daktela DeleteUser, chapter Operátoři.

        When the answer was lost and the repetition finds no such user, that is success.
        """
        try:
            return await self._act(
                "DeleteUser",
                Done,
                version=version,
                record_id=user_id,
                semantics=Semantics.IDEMPOTENT,
                timeout=timeout,
            )
        except UserNotFound as error:
            if not error.repeated:
                raise
            return Done()

    async def login(
        self,
        user: str,
        *,
        extension: str | None = None,
        version: str = "3.4",
        timeout: float | None = None,
    ) -> Done:
        """Log an agent in to the call centre. Daktela Login, chapter Operátoři.

        `user` is the agent's login; `extension` is where the agent sits, unless one is tied to the
        account. Queues that the agent is set to enter by itself are entered; for others see
        `queues.login`.
        """
        return await self._act(
            "Login",
            Done,
            {"user": checks.text("user", user, "Daktela Login"), "extension": extension},
            version=version,
            semantics=Semantics.IDEMPOTENT,
            timeout=timeout,
        )

    async def logout(
        self, user: str, *, version: str = "3.4", timeout: float | None = None
    ) -> Done:
        """Log an agent out of all queues and the call centre. Daktela Logout, chapter Operátoři.

        The extension is free afterwards.
        """
        return await self._act(
            "Logout",
            Done,
            {"user": checks.text("user", user, "Daktela Logout")},
            version=version,
            semantics=Semantics.IDEMPOTENT,
            timeout=timeout,
        )
