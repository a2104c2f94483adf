"""A stateful fake Daktela server for tests and for trying things out without an exchange.

``python -m daktela_async.sandbox`` starts one on the command line.
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
from daktela_async.sandbox.agents import SandboxAgent
from daktela_async.sandbox.errors import Refusal
from daktela_async.sandbox.live_day import LiveDay
from daktela_async.sandbox.messages import FAILING_NUMBER, UNREACHABLE_NUMBER, SandboxSms
from daktela_async.sandbox.phone_call import PastCall
from daktela_async.sandbox.server import Sandbox
from daktela_async.sandbox.state import SandboxEvent
from daktela_async.sandbox.switchboard import DEAF_NUMBER, CallSteps

del _starlette, _uvicorn

__all__ = [
    "DEAF_NUMBER",
    "FAILING_NUMBER",
    "UNREACHABLE_NUMBER",
    "CallSteps",
    "Clock",
    "LiveDay",
    "PastCall",
    "Refusal",
    "RequestLog",
    "RequestRecord",
    "Sandbox",
    "SandboxAgent",
    "SandboxEvent",
    "SandboxSms",
    "faults",
]
