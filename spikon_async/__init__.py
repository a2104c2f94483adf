"""An asyncio and trio client for SPIKON, a Polish VoIP platform.

>>> async with SpikonClient(api_key) as spikon:
...     print(await spikon.account.balance())

Everything public is here; `spikon_async.sandbox` holds a fake server for tests.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _telephony_core.calls import Semantics
    from _telephony_core.downloads import DownloadedFile, DownloadProgress
    from _telephony_core.drift import Drift, DriftKind
    from _telephony_core.hooks import (
        AttemptOutcome,
        Hooks,
        RequestEvent,
        ResponseEvent,
        ResultEvent,
        RetryEvent,
    )
    from _telephony_core.polling import Polling, WaitUpdate
    from _telephony_core.retries import RetryPolicy

    from .client import SpikonClient
    from .errors import (
        Acted,
        AlreadyExists,
        ApiError,
        ApiKeyMissing,
        ApiTurnedOff,
        ClientClosed,
        DeadlineExceeded,
        FlowError,
        Forbidden,
        GeneralFailure,
        InvalidRequest,
        IpNotWhitelisted,
        JobFailed,
        JobNotFound,
        NoElementsFound,
        NoRecording,
        NotReady,
        NotSent,
        OutcomeUnknown,
        ParameterMissing,
        ProtocolError,
        RateLimited,
        ReplyLost,
        ServerUnavailable,
        SpikonApiError,
        StatusError,
        TelephonyError,
        TransportError,
        UnknownApiKey,
        UnknownErrorCode,
        UnknownMethod,
        WaitTimeout,
        WrongDataFormat,
        WrongParameterValue,
    )
    from .models.account import InitiatedCall, InitiationState, PhoneAccount, RegistrationState
    from .models.call_center import (
        ActionState,
        ActionStatus,
        Agent,
        Campaign,
        CampaignFigures,
        CampaignMember,
        CampaignMonitor,
        MemberState,
        WaitingCall,
    )
    from .models.call_lists import (
        CallRecord,
        CallState,
        Direction,
        HistoryUpdate,
        RecordingLink,
        RecordingOnFtp,
        Report,
        ReportState,
        ReportWindow,
        SavedRecording,
    )
    from .models.phone_books import Deleted, DeletionState, PhoneBook, PhoneBookEntry
    from .models.sms import DeliveredSms, Sender, SendingState, SentSms, SmsState, SmsStatus
    from .models.tts import (
        AudioFormat,
        Gender,
        Language,
        SavedSpeech,
        Speech,
        SpeechPrice,
        SpeechState,
        Voice,
    )
    from .service import WireFormat
    from .wire import Fault
else:
    from _telephony_core.lazy import lazy_names

    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "_telephony_core.calls": "Semantics",
            "_telephony_core.downloads": "DownloadProgress DownloadedFile",
            "_telephony_core.drift": "Drift DriftKind",
            "_telephony_core.hooks": (
                "AttemptOutcome Hooks RequestEvent ResponseEvent ResultEvent RetryEvent"
            ),
            "_telephony_core.polling": "Polling WaitUpdate",
            "_telephony_core.retries": "RetryPolicy",
            ".client": "SpikonClient",
            ".errors": (
                "Acted AlreadyExists ApiError ApiKeyMissing ApiTurnedOff ClientClosed "
                "DeadlineExceeded FlowError Forbidden GeneralFailure InvalidRequest "
                "IpNotWhitelisted JobFailed JobNotFound NoElementsFound NoRecording NotReady "
                "NotSent OutcomeUnknown ParameterMissing ProtocolError RateLimited ReplyLost "
                "ServerUnavailable SpikonApiError StatusError TelephonyError TransportError "
                "UnknownApiKey UnknownErrorCode UnknownMethod WaitTimeout WrongDataFormat "
                "WrongParameterValue"
            ),
            ".models.account": "InitiatedCall InitiationState PhoneAccount RegistrationState",
            ".models.call_center": (
                "ActionState ActionStatus Agent Campaign CampaignFigures CampaignMember "
                "CampaignMonitor MemberState WaitingCall"
            ),
            ".models.call_lists": (
                "CallRecord CallState Direction HistoryUpdate RecordingLink RecordingOnFtp Report "
                "ReportState ReportWindow SavedRecording"
            ),
            ".models.phone_books": "Deleted DeletionState PhoneBook PhoneBookEntry",
            ".models.sms": "DeliveredSms Sender SendingState SentSms SmsState SmsStatus",
            ".models.tts": (
                "AudioFormat Gender Language SavedSpeech Speech SpeechPrice SpeechState Voice"
            ),
            ".service": "WireFormat",
            ".wire": "Fault",
        },
    )

__all__ = [
    "Acted",
    "ActionState",
    "ActionStatus",
    "Agent",
    "AlreadyExists",
    "ApiError",
    "ApiKeyMissing",
    "ApiTurnedOff",
    "AttemptOutcome",
    "AudioFormat",
    "CallRecord",
    "CallState",
    "Campaign",
    "CampaignFigures",
    "CampaignMember",
    "CampaignMonitor",
    "ClientClosed",
    "DeadlineExceeded",
    "Deleted",
    "DeletionState",
    "DeliveredSms",
    "Direction",
    "DownloadProgress",
    "DownloadedFile",
    "Drift",
    "DriftKind",
    "Fault",
    "FlowError",
    "Forbidden",
    "Gender",
    "GeneralFailure",
    "HistoryUpdate",
    "Hooks",
    "InitiatedCall",
    "InitiationState",
    "InvalidRequest",
    "IpNotWhitelisted",
    "JobFailed",
    "JobNotFound",
    "Language",
    "MemberState",
    "NoElementsFound",
    "NoRecording",
    "NotReady",
    "NotSent",
    "OutcomeUnknown",
    "ParameterMissing",
    "PhoneAccount",
    "PhoneBook",
    "PhoneBookEntry",
    "Polling",
    "ProtocolError",
    "RateLimited",
    "RecordingLink",
    "RecordingOnFtp",
    "RegistrationState",
    "ReplyLost",
    "Report",
    "ReportState",
    "ReportWindow",
    "RequestEvent",
    "ResponseEvent",
    "ResultEvent",
    "RetryEvent",
    "RetryPolicy",
    "SavedRecording",
    "SavedSpeech",
    "Semantics",
    "Sender",
    "SendingState",
    "SentSms",
    "ServerUnavailable",
    "SmsState",
    "SmsStatus",
    "Speech",
    "SpeechPrice",
    "SpeechState",
    "SpikonApiError",
    "SpikonClient",
    "StatusError",
    "TelephonyError",
    "TransportError",
    "UnknownApiKey",
    "UnknownErrorCode",
    "UnknownMethod",
    "Voice",
    "WaitTimeout",
    "WaitUpdate",
    "WaitingCall",
    "WireFormat",
    "WrongDataFormat",
    "WrongParameterValue",
]
