"""Chapter Linky."""

from daktela_async.models.extensions import ExtensionState, ExtensionStatus
from daktela_async.models.users import User
from tests.daktela.helpers import Endpoint

_STATES = r"""{"status":1,"error":null,"result":[{"exten":"100","status":"AVAILABLE","ip":"172.22.254.254","port":"5064"},{"exten":"200","status":"AVAILABLE","ip":"212.24.153.186","port":"20652"},{"exten":"300","status":"AVAILABLE","ip":"212.24.153.186","port":"5063"},{"exten":"500","status":"UNAVAILABLE","ip":"-none-","port":"0"}]}"""  # noqa: E501
_USERS = r"""{"status":1,"error":null,"result":{"data":[{"user":"1","role":"1","profile":"1","name":"klatil","title":"Zvonim\u00edr Kl\u00e1til","description":"","email":"","deleted":"0"}]}}"""  # noqa: E501

ROWS = (
    Endpoint(
        variant="DeviceStates 3.0",
        name="extensions.states",
        call=lambda daktela: daktela.extensions.states(),
        path="3.0/DeviceStates",
        body=_STATES,
        result=(
            ExtensionState(
                extension="100", status=ExtensionStatus.AVAILABLE, ip="172.22.254.254", port=5064
            ),
            ExtensionState(
                extension="200", status=ExtensionStatus.AVAILABLE, ip="212.24.153.186", port=20652
            ),
            ExtensionState(
                extension="300", status=ExtensionStatus.AVAILABLE, ip="212.24.153.186", port=5063
            ),
            ExtensionState(extension="500", status=ExtensionStatus.UNAVAILABLE, ip=None, port=0),
        ),
    ),
    Endpoint(
        variant="GetExtensionUsers 4.1",
        name="extensions.users",
        call=lambda daktela: daktela.extensions.users("100"),
        path="4.1/GetExtensionUsers",
        query=(("extension", "100"),),
        body=_USERS,
        result=(User(id="1", login="klatil", full_name="Zvonimír Klátil", role="1", profile="1"),),
    ),
)
