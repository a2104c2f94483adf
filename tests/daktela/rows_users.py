"""Chapter Operátoři."""

from daktela_async.models.common import Done
from daktela_async.models.users import User
from tests.daktela.helpers import Endpoint

_ALL = r"""{"status":1,"error":null,"result":{"1":{"user":"1","role":"role_43h424k432","profile":"profile_hj34242342","name":"admin","title":"Administrator","description":"Administrator z\u00e1kazn\u00edka","password":"cordheslo","email":"jedna@jedna.cz","deleted":"0"},"3":{"user":"3","role":"role_43h424k432","profile":"profile_hj34242342","name":"hajekhu","title":"Hajek Hugo","description":"","password":"heslo","email":"","deleted":"0"}}}"""  # noqa: E501
_ONE = r"""{"status":1,"error":null,"result":{"user":"3","role":"role_43h424k432","profile":"profile_hj34242342","name":"hajekhu","title":"Hajek Hugo","description":"","password":"heslo","email":"","deleted":"0"}}"""  # noqa: E501
_CREATED = r"""{"status":1,"error":null,"result":{"user":4,"role":"role_52f22ad1ba23e","profile":"profile_530ca64179669","name":"operator2","title":"Pepa Nov\u00e1k","description":null,"password":"tajneheslo","email":null,"deleted":null}}"""  # noqa: E501
_UPDATED = r"""{"status":1,"error":null,"result":{"user":4,"role":"role_52f22ad1ba23e","profile":"profile_530ca64179669","name":"operator2","title":"Pepa Nov\u00e1k","description":null,"password":"#silneHeslo321","email":null,"deleted":null}}"""  # noqa: E501

_HAJEK = User(
    id="3",
    login="hajekhu",
    full_name="Hajek Hugo",
    role="role_43h424k432",
    profile="profile_hj34242342",
    password="heslo",
)
_NOVAK = User(
    id="4",
    login="operator2",
    full_name="Pepa Novák",
    role="role_52f22ad1ba23e",
    profile="profile_530ca64179669",
    password="tajneheslo",
)

ROWS = (
    Endpoint(
        variant="CreateUser 4.0",
        name="users.create",
        call=lambda daktela: daktela.users.create(
            "operator1",
            "tajneheslo",
            full_name="Pepa Novák",
            role="role_52f22ad1ba23e",
            profile="profile_530ca64179669",
        ),
        path="4.0/CreateUser",
        query=(
            ("role", "role_52f22ad1ba23e"),
            ("profile", "profile_530ca64179669"),
            ("name", "operator1"),
            ("title", "Pepa Novák"),
        ),
        cookies={"password": "tajneheslo"},
        body=_CREATED,
        result=_NOVAK,
    ),
    Endpoint(
        variant="CreateUser 4.0",
        name="users.create",
        call=lambda daktela: daktela.users.create(
            "o",
            "ž; =%",
            full_name="P",
            role="r",
            profile="p",
            description="d",
            email="p@example.cz",
        ),
        path="4.0/CreateUser",
        query=(
            ("role", "r"),
            ("profile", "p"),
            ("name", "o"),
            ("title", "P"),
            ("description", "d"),
            ("email", "p@example.cz"),
        ),
        cookies={"password": "ž; =%"},
        body=_CREATED,
        result=_NOVAK,
    ),
    Endpoint(
        variant="UpdateUser 4.0",
        name="users.update",
        call=lambda daktela: daktela.users.update("operator1", password="silne.Heslo321"),
        path="4.0/UpdateUser",
        query=(("name", "operator1"),),
        cookies={"password": "silne.Heslo321"},
        body=_UPDATED,
        result=User(
            id="4",
            login="operator2",
            full_name="Pepa Novák",
            role="role_52f22ad1ba23e",
            profile="profile_530ca64179669",
            password="#silneHeslo321",
        ),
    ),
    Endpoint(
        variant="UpdateUser 4.0",
        name="users.update",
        call=lambda daktela: daktela.users.update(
            "operator1",
            full_name="Pepa Novák",
            role="r",
            profile="p",
            description="",
            email="p@example.cz",
        ),
        path="4.0/UpdateUser",
        query=(
            ("name", "operator1"),
            ("role", "r"),
            ("profile", "p"),
            ("title", "Pepa Novák"),
            ("description", ""),
            ("email", "p@example.cz"),
        ),
        body=_CREATED,
        result=_NOVAK,
    ),
    Endpoint(
        variant="DeleteUser 3.0",
        name="users.delete",
        call=lambda daktela: daktela.users.delete("2"),
        path="3.0/DeleteUser/2",
        body='{"error":null,"status":1}',
        result=Done(),
    ),
    Endpoint(
        variant="GetUser 4.0",
        name="users.current",
        call=lambda daktela: daktela.users.current(),
        path="4.0/GetUser",
        body='{"status":1,"error":null,"result":""}',
        result=None,
    ),
    Endpoint(
        variant="GetUser 4.0",
        name="users.current",
        call=lambda daktela: daktela.users.current(),
        path="4.0/GetUser",
        body=_ONE,
        result=_HAJEK,
    ),
    Endpoint(
        variant="GetUsers 3.0",
        name="users.list",
        call=lambda daktela: daktela.users.list(),
        path="3.0/GetUsers",
        body=_ALL,
        result=(
            User(
                id="1",
                login="admin",
                full_name="Administrator",
                role="role_43h424k432",
                profile="profile_hj34242342",
                description="Administrator zákazníka",
                email="jedna@jedna.cz",
                password="cordheslo",
            ),
            _HAJEK,
        ),
    ),
    Endpoint(
        variant="GetUsers 3.0",
        name="users.list",
        call=lambda daktela: daktela.users.list(extension="200"),
        path="3.0/GetUsers",
        query=(("extension", "200"),),
        body='{"status":1,"error":null,"result":[]}',
        result=(),
    ),
    Endpoint(
        variant="GetUsers 3.0",
        name="users.get",
        call=lambda daktela: daktela.users.get("3"),
        path="3.0/GetUsers/3",
        body=_ONE,
        result=_HAJEK,
    ),
    Endpoint(
        variant="Login 3.4",
        name="users.login",
        call=lambda daktela: daktela.users.login("michalhajek", extension="100"),
        path="3.4/Login",
        query=(("user", "michalhajek"), ("extension", "100")),
        body='{"status":1,"error":null,"result":null}',
        result=Done(),
    ),
    Endpoint(
        variant="Logout 3.4",
        name="users.logout",
        call=lambda daktela: daktela.users.logout("michalhajek"),
        path="3.4/Logout",
        query=(("user", "michalhajek"),),
        body='{"status":1,"error":null,"result":null}',
        result=Done(),
    ),
)
