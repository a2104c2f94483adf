"""Chapter Operátoři: users, who are the agents of the call centre."""

from typing import Annotated

from attrs import field, frozen

from _telephony_core.converter import Record, Wire


@frozen(kw_only=True)
class User(Record):
    """A user. GetUsers, GetUser, CreateUser, UpdateUser, GetExtensionUsers.

    Attributes:
        id: the user's id.
        login: the login, which most actions want as `user`.
        full_name: the name.
        role: the identifier of the role.
        profile: the identifier of the profile.
        description: the description.
        email: the e-mail address.
        password: the password, which the service really answers with; it shows in no `repr`.
        deleted: whether the user is deleted.
    """

    id: Annotated[str, Wire("user")]
    login: Annotated[str, Wire("name")] = ""
    full_name: Annotated[str, Wire("title")] = ""
    role: str = ""
    profile: str = ""
    description: str = ""
    email: str = ""
    password: str = field(default="", repr=False)
    deleted: bool = False
