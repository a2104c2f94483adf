"""Chapter Pauzy."""

from daktela_async.models.common import Done
from daktela_async.models.pauses import DefinedPause, Pause, PauseType
from tests.daktela.helpers import Endpoint

_PAUSES = r"""{"status":1,"error":null,"result":{"3":{"pause":"3","name":"666","title":"Lajdak","type":"lajdak","paid":"0","deleted":"0"},"2":{"pause":"2","name":"20","title":"Wrap","type":"wrap","paid":"1","deleted":"0"},"4":{"pause":"4","name":"13","title":"Backoffice","type":null,"paid":"1","deleted":"0"},"6":{"pause":"6","name":"11","title":"Prestavka","type":null,"paid":"0","deleted":"0"},"7":{"pause":"7","name":"10","title":"Obed","type":"","paid":"0","deleted":"0"},"8":{"pause":"8","name":"667","title":"Email","type":"","paid":"1","deleted":"0"},"9":{"pause":"9","name":"668","title":"Obed22","type":"","paid":"0","deleted":"0"}}}"""  # noqa: E501
_DEFINED = r"""{"status":1,"error":null,"result":{"3":{"pcode_id":"3","pcode":"666","pcode_desc":"Lajdak","read_key":"","isBillable":"0","isPayable":"0","pauseType":"w","sys_dt_creazione":"0000-00-00 00:00:00","sys_user_creazione":"0","sys_dt_modifica":"0000-00-00 00:00:00","sys_user_modifica":"0","sys_optilock":"0"},"2":{"pcode_id":"2","pcode":"20","pcode_desc":"Wrap","read_key":"","isBillable":"1","isPayable":"0","pauseType":"w","sys_dt_creazione":"0000-00-00 00:00:00","sys_user_creazione":"0","sys_dt_modifica":"0000-00-00 00:00:00","sys_user_modifica":"0","sys_optilock":"0"},"4":{"pcode_id":"4","pcode":"13","pcode_desc":"Backoffice","read_key":"","isBillable":"1","isPayable":"0","pauseType":"-","sys_dt_creazione":"0000-00-00 00:00:00","sys_user_creazione":"0","sys_dt_modifica":"0000-00-00 00:00:00","sys_user_modifica":"0","sys_optilock":"0"},"5":{"pcode_id":"5","pcode":"12","pcode_desc":"Email","read_key":"","isBillable":"1","isPayable":"0","pauseType":"-","sys_dt_creazione":"0000-00-00 00:00:00","sys_user_creazione":"0","sys_dt_modifica":"0000-00-00 00:00:00","sys_user_modifica":"0","sys_optilock":"0"},"6":{"pcode_id":"6","pcode":"11","pcode_desc":"Prestavka","read_key":"","isBillable":"0","isPayable":"0","pauseType":"-","sys_dt_creazione":"0000-00-00 00:00:00","sys_user_creazione":"0","sys_dt_modifica":"0000-00-00 00:00:00","sys_user_modifica":"0","sys_optilock":"0"},"7":{"pcode_id":"7","pcode":"10","pcode_desc":"Obed","read_key":"","isBillable":"0","isPayable":"0","pauseType":"-","sys_dt_creazione":"0000-00-00 00:00:00","sys_user_creazione":"0","sys_dt_modifica":"0000-00-00 00:00:00","sys_user_modifica":"0","sys_optilock":"0"}}}"""  # noqa: E501
_DEFINED_ONE = r"""{"status":1,"error":null,"result":{"3":{"pcode_id":"3","pcode":"666","pcode_desc":"Lajdak","read_key":"","isBillable":"0","isPayable":"0","pauseType":"w","sys_dt_creazione":"0000-00-00 00:00:00","sys_user_creazione":"0","sys_dt_modifica":"0000-00-00 00:00:00","sys_user_modifica":"0","sys_optilock":"0"}}}"""  # noqa: E501


def _defined(id_: str, code: str, title: str, type_: str, *, billable: bool) -> DefinedPause:
    return DefinedPause(
        id=id_,
        code=code,
        title=title,
        type=type_,
        billable=billable,
        created_by="0",
        modified_by="0",
        lock="0",
    )


_LAJDAK = _defined("3", "666", "Lajdak", "w", billable=False)

ROWS = (
    # The samples of CreatePause send name= and billable=; the text says title and paid.
    Endpoint(
        variant="CreatePause 3.3",
        name="pauses.create",
        call=lambda daktela: daktela.pauses.create("Obed", paid=False),
        path="3.3/CreatePause",
        query=(("title", "Obed"), ("type", "normal"), ("paid", "no")),
        body='{"status":1,"error":null,"result":null}',
        result=Done(),
    ),
    Endpoint(
        variant="CreatePause 3.3",
        name="pauses.edit",
        call=lambda daktela: daktela.pauses.edit(
            "9", "Svacina", paid=True, pause_type="wrap", code="668"
        ),
        path="3.3/CreatePause/9",
        query=(("title", "Svacina"), ("type", "wrap"), ("paid", "yes"), ("code", "668")),
        body='{"status":1,"error":null,"result":null}',
        result=Done(),
    ),
    Endpoint(
        variant="GetPauses 3.3",
        name="pauses.list",
        call=lambda daktela: daktela.pauses.list(),
        path="3.3/GetPauses",
        body=_PAUSES,
        result=(
            Pause(id="3", code="666", title="Lajdak", type=PauseType.LAJDAK),
            Pause(id="2", code="20", title="Wrap", type=PauseType.WRAP, paid=True),
            Pause(id="4", code="13", title="Backoffice", paid=True),
            Pause(id="6", code="11", title="Prestavka"),
            Pause(id="7", code="10", title="Obed"),
            Pause(id="8", code="667", title="Email", paid=True),
            Pause(id="9", code="668", title="Obed22"),
        ),
    ),
    Endpoint(
        variant="GetPauses 3.0",
        name="pauses.list_defined",
        call=lambda daktela: daktela.pauses.list_defined(),
        path="3.0/GetPauses",
        body=_DEFINED,
        result=(
            _LAJDAK,
            _defined("2", "20", "Wrap", "w", billable=True),
            _defined("4", "13", "Backoffice", "-", billable=True),
            _defined("5", "12", "Email", "-", billable=True),
            _defined("6", "11", "Prestavka", "-", billable=False),
            _defined("7", "10", "Obed", "-", billable=False),
        ),
    ),
    Endpoint(
        variant="GetPauses 3.0",
        name="pauses.get_defined",
        call=lambda daktela: daktela.pauses.get_defined("3"),
        path="3.0/GetPauses/3",
        body=_DEFINED_ONE,
        result=_LAJDAK,
    ),
    Endpoint(
        variant="PauseOn 3.0",
        name="pauses.on",
        call=lambda daktela: daktela.pauses.on("7", user="michalhajek"),
        path="3.0/PauseOn",
        query=(("user", "michalhajek"), ("pause", "7")),
        body='{"error":null,"status":1}',
        result=Done(),
    ),
    Endpoint(
        variant="PauseOn 3.0",
        name="pauses.on",
        call=lambda daktela: daktela.pauses.on("7", extension="200", force=True),
        path="3.0/PauseOn",
        query=(("extension", "200"), ("pause", "7"), ("force", "yes")),
        body='{"error":null,"status":1}',
        result=Done(),
    ),
    Endpoint(
        variant="PauseOff 3.0",
        name="pauses.off",
        call=lambda daktela: daktela.pauses.off(user="michalhajek"),
        path="3.0/PauseOff",
        query=(("user", "michalhajek"),),
        body='{"error":null,"status":1}',
        result=Done(),
    ),
    Endpoint(
        variant="PauseOff 3.0",
        name="pauses.off",
        call=lambda daktela: daktela.pauses.off(extension="200"),
        path="3.0/PauseOff",
        query=(("extension", "200"),),
        body='{"error":null,"status":1}',
        result=Done(),
    ),
)
