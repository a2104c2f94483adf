"""An asyncio and trio client for Daktela, a Czech call-centre platform.

>>> async with DaktelaClient("mypbx.daktela.com", login=login, password=password) as daktela:
...     async with daktela.realtime.watch_users(["novak", "svoboda"]) as changes:
...         async for change in changes:
...             print(change)

Everything public is here; `daktela_async.webhooks` reads and answers what Daktela calls, and
`daktela_async.sandbox` holds a fake server for tests.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _telephony_core.calls import Semantics
    from _telephony_core.downloads import (
        DownloadedFile,
        DownloadProgress,
    )
    from _telephony_core.drift import Drift, DriftKind
    from _telephony_core.hooks import (
        AttemptOutcome,
        Hooks,
        RequestEvent,
        ResponseEvent,
        ResultEvent,
        RetryEvent,
    )
    from _telephony_core.polling import (
        Polling,
        WaitUpdate,
    )
    from _telephony_core.retries import (
        RetryPolicy,
    )

    from .agent_states import (
        AgentChange,
        AgentEvent,
        AgentLoggedIn,
        AgentLoggedOut,
        TeamEvent,
        WatchFailed,
        WatchRecovery,
        WatchTrouble,
    )
    from .client import (
        DaktelaClient,
        access_token,
    )
    from .errors import (
        Acted,
        AgentNotInQueue,
        ApiError,
        CallInProgress,
        ClientClosed,
        DaktelaApiError,
        DeadlineExceeded,
        FlowError,
        InvalidRequest,
        JobFailed,
        JobNotFound,
        NoRecording,
        NotAnEmailQueue,
        NotFound,
        NotSent,
        OutcomeUnknown,
        PauseNotFound,
        ProtocolError,
        RateLimited,
        ReplyLost,
        ServerUnavailable,
        StatusError,
        StatusNotFound,
        TelephonyError,
        TransportError,
        UserNotFound,
        WaitTimeout,
    )
    from .models.autodialer import (
        CheckStatus,
        NumberCheck,
    )
    from .models.calls import (
        AnsweredCall,
        Attempt,
        AttemptPage,
        CallLeg,
        Disposition,
        ListeningMode,
        MonitoredCall,
        Playback,
        PlaybackCommand,
        SavedRecording,
        StartedCall,
        TransferType,
    )
    from .models.common import (
        Direction,
        Done,
    )
    from .models.emails import (
        CreatedEmail,
        Email,
        EmailActivity,
    )
    from .models.events import (
        CreatedEvent,
    )
    from .models.extensions import (
        ExtensionState,
        ExtensionStatus,
    )
    from .models.paging import (
        Page,
        PagesUpdate,
    )
    from .models.pauses import (
        DefinedPause,
        Pause,
        PauseType,
    )
    from .models.queues import (
        Queue,
    )
    from .models.realtime import (
        AgentCall,
        AgentQueue,
        AgentSession,
        AgentState,
        LiveCall,
        LiveCallState,
        PauseUse,
        QueueLoad,
        QueuePresence,
        QueuesSummary,
        QueueType,
        UserState,
    )
    from .models.records import (
        CallRecordForm,
        CallStatus,
        ClosedCallScript,
        ContactItem,
        ContactRecord,
        DeletedRecord,
        Export,
        ExportedItem,
        ExportedRecord,
        FormItem,
        FormItemObject,
        FoundContact,
        OpenCallScript,
        PauseSwitch,
        RecordAction,
        RecordAttempts,
        RecordChanges,
        RecordPage,
        RecordSnapshot,
        RecordTimes,
        RecordUpdate,
        SavedRecord,
        SnapshotPage,
    )
    from .models.sms import (
        FollowedGroup,
        FollowedSending,
        GroupSmsEntry,
        GroupSmsResult,
        GroupSmsStatus,
        RemovedGroup,
        SentGroup,
        SentSms,
        SimCard,
        SmsBacklog,
        SmsMessage,
        SmsOutcome,
        SmsResult,
        SmsSettings,
        SmsText,
    )
    from .models.sms_connect import (
        SmsConnectMessage,
        SmsConnectResult,
    )
    from .models.stats import (
        CallCenterCall,
        CallDetailRecord,
        CallPage,
        LastCall,
        NumberLastCall,
        PausePage,
        PausePeriod,
        QueuePeriod,
        QueuePeriodPage,
        RecordedDirection,
        RepeatedCalls,
        SessionPage,
        SessionPeriod,
        TraceAction,
        TraceEntry,
        TraceFilter,
    )
    from .models.users import (
        User,
    )
    from .service import (
        WireFormat,
    )
    from .watching import (
        AgentChanges,
        AgentWatch,
        TeamWatch,
        WatchPace,
    )
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
            ".agent_states": (
                "AgentChange AgentEvent AgentLoggedIn AgentLoggedOut TeamEvent WatchFailed "
                "WatchRecovery WatchTrouble"
            ),
            ".client": "DaktelaClient access_token",
            ".errors": (
                "Acted AgentNotInQueue ApiError CallInProgress ClientClosed DaktelaApiError "
                "DeadlineExceeded FlowError InvalidRequest JobFailed JobNotFound NoRecording "
                "NotAnEmailQueue NotFound NotSent OutcomeUnknown PauseNotFound ProtocolError "
                "RateLimited ReplyLost ServerUnavailable StatusError StatusNotFound "
                "TelephonyError TransportError UserNotFound WaitTimeout"
            ),
            ".models.autodialer": "CheckStatus NumberCheck",
            ".models.calls": (
                "AnsweredCall Attempt AttemptPage CallLeg Disposition ListeningMode MonitoredCall "
                "Playback PlaybackCommand SavedRecording StartedCall TransferType"
            ),
            ".models.common": "Direction Done",
            ".models.emails": "CreatedEmail Email EmailActivity",
            ".models.events": "CreatedEvent",
            ".models.extensions": "ExtensionState ExtensionStatus",
            ".models.paging": "Page PagesUpdate",
            ".models.pauses": "DefinedPause Pause PauseType",
            ".models.queues": "Queue",
            ".models.realtime": (
                "AgentCall AgentQueue AgentSession AgentState LiveCall LiveCallState PauseUse "
                "QueueLoad QueuePresence QueueType QueuesSummary UserState"
            ),
            ".models.records": (
                "CallRecordForm CallStatus ClosedCallScript ContactItem ContactRecord "
                "DeletedRecord Export ExportedItem ExportedRecord FormItem FormItemObject "
                "FoundContact OpenCallScript PauseSwitch RecordAction RecordAttempts "
                "RecordChanges RecordPage RecordSnapshot RecordTimes RecordUpdate SavedRecord "
                "SnapshotPage"
            ),
            ".models.sms": (
                "FollowedGroup FollowedSending GroupSmsEntry GroupSmsResult GroupSmsStatus "
                "RemovedGroup SentGroup SentSms SimCard SmsBacklog SmsMessage SmsOutcome "
                "SmsResult SmsSettings SmsText"
            ),
            ".models.sms_connect": "SmsConnectMessage SmsConnectResult",
            ".models.stats": (
                "CallCenterCall CallDetailRecord CallPage LastCall NumberLastCall PausePage "
                "PausePeriod QueuePeriod QueuePeriodPage RecordedDirection RepeatedCalls "
                "SessionPage SessionPeriod TraceAction TraceEntry TraceFilter"
            ),
            ".models.users": "User",
            ".service": "WireFormat",
            ".watching": "AgentChanges AgentWatch TeamWatch WatchPace",
        },
    )

__all__ = [
    "Acted",
    "AgentCall",
    "AgentChange",
    "AgentChanges",
    "AgentEvent",
    "AgentLoggedIn",
    "AgentLoggedOut",
    "AgentNotInQueue",
    "AgentQueue",
    "AgentSession",
    "AgentState",
    "AgentWatch",
    "AnsweredCall",
    "ApiError",
    "Attempt",
    "AttemptOutcome",
    "AttemptPage",
    "CallCenterCall",
    "CallDetailRecord",
    "CallInProgress",
    "CallLeg",
    "CallPage",
    "CallRecordForm",
    "CallStatus",
    "CheckStatus",
    "ClientClosed",
    "ClosedCallScript",
    "ContactItem",
    "ContactRecord",
    "CreatedEmail",
    "CreatedEvent",
    "DaktelaApiError",
    "DaktelaClient",
    "DeadlineExceeded",
    "DefinedPause",
    "DeletedRecord",
    "Direction",
    "Disposition",
    "Done",
    "DownloadProgress",
    "DownloadedFile",
    "Drift",
    "DriftKind",
    "Email",
    "EmailActivity",
    "Export",
    "ExportedItem",
    "ExportedRecord",
    "ExtensionState",
    "ExtensionStatus",
    "FlowError",
    "FollowedGroup",
    "FollowedSending",
    "FormItem",
    "FormItemObject",
    "FoundContact",
    "GroupSmsEntry",
    "GroupSmsResult",
    "GroupSmsStatus",
    "Hooks",
    "InvalidRequest",
    "JobFailed",
    "JobNotFound",
    "LastCall",
    "ListeningMode",
    "LiveCall",
    "LiveCallState",
    "MonitoredCall",
    "NoRecording",
    "NotAnEmailQueue",
    "NotFound",
    "NotSent",
    "NumberCheck",
    "NumberLastCall",
    "OpenCallScript",
    "OutcomeUnknown",
    "Page",
    "PagesUpdate",
    "Pause",
    "PauseNotFound",
    "PausePage",
    "PausePeriod",
    "PauseSwitch",
    "PauseType",
    "PauseUse",
    "Playback",
    "PlaybackCommand",
    "Polling",
    "ProtocolError",
    "Queue",
    "QueueLoad",
    "QueuePeriod",
    "QueuePeriodPage",
    "QueuePresence",
    "QueueType",
    "QueuesSummary",
    "RateLimited",
    "RecordAction",
    "RecordAttempts",
    "RecordChanges",
    "RecordPage",
    "RecordSnapshot",
    "RecordTimes",
    "RecordUpdate",
    "RecordedDirection",
    "RemovedGroup",
    "RepeatedCalls",
    "ReplyLost",
    "RequestEvent",
    "ResponseEvent",
    "ResultEvent",
    "RetryEvent",
    "RetryPolicy",
    "SavedRecord",
    "SavedRecording",
    "Semantics",
    "SentGroup",
    "SentSms",
    "ServerUnavailable",
    "SessionPage",
    "SessionPeriod",
    "SimCard",
    "SmsBacklog",
    "SmsConnectMessage",
    "SmsConnectResult",
    "SmsMessage",
    "SmsOutcome",
    "SmsResult",
    "SmsSettings",
    "SmsText",
    "SnapshotPage",
    "StartedCall",
    "StatusError",
    "StatusNotFound",
    "TeamEvent",
    "TeamWatch",
    "TelephonyError",
    "TraceAction",
    "TraceEntry",
    "TraceFilter",
    "TransferType",
    "TransportError",
    "User",
    "UserNotFound",
    "UserState",
    "WaitTimeout",
    "WaitUpdate",
    "WatchFailed",
    "WatchPace",
    "WatchRecovery",
    "WatchTrouble",
    "WireFormat",
    "access_token",
]
