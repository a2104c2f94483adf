"""A stateful fake SPIKON server for tests and for trying things out without an account.

``python -m spikon_async.sandbox`` starts one on the command line.
"""

try:
    import starlette as _starlette
    import uvicorn as _uvicorn
except ImportError as _error:
    raise ImportError(
        "the sandbox needs starlette and uvicorn: pip install 'spikon-daktela-async[sandbox]'"
    ) from _error

from _telephony_core.sandbox import faults
from _telephony_core.sandbox.clock import Clock
from _telephony_core.sandbox.request_log import RequestLog, RequestRecord
from spikon_async.sandbox.accounts import InitiatedCall
from spikon_async.sandbox.call_history import CallHistory, SandboxCall
from spikon_async.sandbox.messages import (
    FAILING_NUMBER,
    SILENT_NUMBER,
    UNREACHABLE_NUMBER,
    SentSms,
)
from spikon_async.sandbox.server import Sandbox

del _starlette, _uvicorn

__all__ = [
    "FAILING_NUMBER",
    "SILENT_NUMBER",
    "UNREACHABLE_NUMBER",
    "CallHistory",
    "Clock",
    "InitiatedCall",
    "RequestLog",
    "RequestRecord",
    "Sandbox",
    "SandboxCall",
    "SentSms",
    "faults",
]
