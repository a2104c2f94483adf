"""The types that users see, for the type checkers alone: this file is never run."""

from collections.abc import AsyncGenerator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import assert_type

import spikon_async
from spikon_async import (
    ActionState,
    ActionStatus,
    Agent,
    AudioFormat,
    CallRecord,
    CallState,
    Campaign,
    CampaignFigures,
    CampaignMember,
    CampaignMonitor,
    Deleted,
    DeletionState,
    DeliveredSms,
    Direction,
    DownloadedFile,
    DownloadProgress,
    Fault,
    Gender,
    HistoryUpdate,
    InitiatedCall,
    InitiationState,
    JobFailed,
    Language,
    MemberState,
    PhoneAccount,
    PhoneBook,
    PhoneBookEntry,
    Polling,
    RecordingLink,
    RecordingOnFtp,
    RegistrationState,
    Report,
    ReportState,
    ReportWindow,
    RetryPolicy,
    SavedRecording,
    SavedSpeech,
    Sender,
    SendingState,
    SentSms,
    SmsState,
    SmsStatus,
    Speech,
    SpeechPrice,
    SpeechState,
    SpikonApiError,
    SpikonClient,
    StatusError,
    TelephonyError,
    Voice,
    WaitingCall,
    WaitTimeout,
    WaitUpdate,
    WireFormat,
)
from spikon_async.resources.call_lists import CallListResource

DAY = date(2024, 5, 6)


async def clients() -> None:
    async with SpikonClient("key", wire_format=WireFormat.XML, retry=RetryPolicy()) as spikon:
        assert_type(spikon, SpikonClient)
    assert_type(SpikonClient.from_env(), SpikonClient)
    assert_type(
        SpikonClient.from_env(timeout=1, retry=RetryPolicy(), wire_format="xml", timezone="UTC"),
        SpikonClient,
    )
    SpikonClient.from_env(time_out=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert_type(await spikon.aclose(), None)


async def account(spikon: SpikonClient) -> None:
    assert_type(await spikon.account.balance(timeout=1), Decimal)
    accounts = await spikon.account.phone_accounts(timeout=1)
    assert_type(accounts, tuple[PhoneAccount, ...])
    assert_type(accounts[0].internal_number, str | None)
    assert_type(accounts[0].state, RegistrationState | str)
    assert_type(accounts[0].recording, bool)
    call = await spikon.account.initiate_call("1", "2", timeout=1)
    assert_type(call, InitiatedCall)
    assert_type(call.state, InitiationState | str)


async def phone_books(spikon: SpikonClient) -> None:
    assert_type(await spikon.phone_books.list(timeout=1), tuple[PhoneBook, ...])
    entries = await spikon.phone_books.show("1", timeout=1)
    assert_type(entries, tuple[PhoneBookEntry, ...])
    assert_type(entries[0].id, str | None)
    assert_type(await spikon.phone_books.add("x", timeout=1), PhoneBook)
    deleted = await spikon.phone_books.delete("1", timeout=1)
    assert_type(deleted, Deleted)
    assert_type(deleted.state, DeletionState | str)
    assert_type(await spikon.phone_books.add_entry("1", "x", "2", timeout=1), PhoneBookEntry)
    assert_type(await spikon.phone_books.delete_entry("1", timeout=1), Deleted)


def heard(update: WaitUpdate) -> None:
    assert_type(update.state, str | None)
    assert_type(update.error, TelephonyError | None)


def heard_of_history(update: HistoryUpdate) -> None:
    assert_type(update.reports, tuple[str, ...])
    assert_type(update.waited, float)
    assert_type(update.error, TelephonyError | None)


def heard_of_id(job: str) -> None:
    assert_type(job, str)


def heard_of_recording(result: SavedRecording) -> None:
    assert_type(result.path, Path | None)
    assert_type(result.error, TelephonyError | None)


def heard_of_download(progress: DownloadProgress) -> None:
    assert_type(progress.total, int | None)


async def call_lists(spikon: SpikonClient) -> None:
    lists = spikon.call_lists
    assert_type(
        await lists.order(
            DAY,
            datetime(2024, 5, 7),
            direction=Direction.BOTH,
            with_recordings_only=True,
            number="1",
            timeout=1,
        ),
        str,
    )
    reports = await lists.list(timeout=1)
    assert_type(reports, tuple[Report, ...])
    assert_type(reports[0].state, ReportState | str)
    calls = await lists.show("1", timeout=1)
    assert_type(calls, tuple[CallRecord, ...])
    assert_type(calls[0].started_at, datetime)
    assert_type(calls[0].duration, timedelta)
    assert_type(calls[0].state, CallState | str)
    assert_type(calls[0].recording, RecordingLink | RecordingOnFtp | None)
    assert_type(await lists.wait("1", timeout=1, polling=Polling(), on_update=heard), Report)
    assert_type(
        await lists.order_range(DAY, DAY, timeout=1, on_started=heard_of_id),
        tuple[ReportWindow, ...],
    )
    assert_type(
        await lists.collect(["1"], timeout=1, polling=Polling(), on_update=heard_of_history),
        tuple[CallRecord, ...],
    )
    assert_type(
        await lists.fetch(DAY, DAY, timeout=1, on_update=heard_of_history, on_started=heard_of_id),
        tuple[CallRecord, ...],
    )
    assert_type(
        lists.stream(DAY, DAY, timeout=1, on_started=heard_of_id), AsyncGenerator[CallRecord, None]
    )
    async for call in lists.stream(DAY, DAY):
        assert_type(call, CallRecord)
    assert_type(
        await lists.download_recording(calls[0], "a.mp3", on_progress=heard_of_download, timeout=1),
        DownloadedFile,
    )
    assert_type(await lists.download_recording(RecordingLink("x"), Path("a.mp3")), DownloadedFile)
    assert_type(
        await lists.download_recordings(calls, "folder", on_result=heard_of_recording, timeout=1),
        tuple[SavedRecording, ...],
    )


async def call_center(spikon: SpikonClient) -> None:
    center = spikon.call_center
    assert_type(await center.campaigns(timeout=1), tuple[Campaign, ...])
    agents = await center.agents(timeout=1)
    assert_type(agents, tuple[Agent, ...])
    assert_type(agents[0].incoming_campaigns, tuple[str, ...])
    assert_type(agents[0].default_outgoing_campaign, str | None)
    done = await center.add_to_incoming("1", "2", timeout=1)
    assert_type(done, ActionStatus)
    assert_type(done.status, ActionState | str)
    assert_type(await center.remove_from_incoming("1", "2", timeout=1), ActionStatus)
    assert_type(await center.add_to_outgoing("1", "2", timeout=1), ActionStatus)
    assert_type(await center.remove_from_outgoing("1", "2", timeout=1), ActionStatus)
    assert_type(await center.set_default_outgoing("1", "2", timeout=1), ActionStatus)
    monitor = await center.monitor("1", timeout=1)
    assert_type(monitor, CampaignMonitor)
    assert_type(monitor.figures, CampaignFigures)
    assert_type(monitor.figures.sla, Decimal | None)
    assert_type(monitor.figures.average_waiting_time, timedelta | None)
    assert_type(monitor.members, tuple[CampaignMember, ...])
    assert_type(monitor.members[0].state, MemberState | str)
    assert_type(monitor.waiting_calls, tuple[WaitingCall, ...])


async def sms(spikon: SpikonClient) -> None:
    sent = await spikon.sms.send("1", "x", sender=Sender.INFO, timeout=1)
    assert_type(sent, SentSms)
    assert_type(sent.state, SendingState | str)
    status = await spikon.sms.state("1", timeout=1)
    assert_type(status, SmsStatus)
    assert_type(status.state, SmsState | str)
    assert_type(await spikon.sms.wait_delivered("1", timeout=1, on_update=heard), SmsStatus)
    delivered = await spikon.sms.send_and_wait(
        "1", "x", sender="x", timeout=1, on_update=heard, on_started=heard_of_id
    )
    assert_type(delivered, DeliveredSms)
    assert_type(delivered.statuses, tuple[SmsStatus, ...])


async def tts(spikon: SpikonClient) -> None:
    assert_type(await spikon.tts.languages(timeout=1), tuple[Language, ...])
    voices = await spikon.tts.voices("pl-PL", timeout=1)
    assert_type(voices, tuple[Voice, ...])
    assert_type(voices[0].gender, Gender | str)
    price = await spikon.tts.price("x", voice="Ewa", timeout=1)
    assert_type(price, SpeechPrice)
    assert_type(price.gross, Decimal)
    assert_type(await spikon.tts.generate("x", voice="Ewa", name="x", timeout=1), str)
    assert_type(await spikon.tts.list(timeout=1), tuple[Speech, ...])
    speech = await spikon.tts.status("1", timeout=1)
    assert_type(speech, Speech)
    assert_type(speech.state, SpeechState | str)
    assert_type(speech.ready, bool)
    file = await spikon.tts.download(
        "1", "a.mp3", audio_format=AudioFormat.WAV, on_progress=heard_of_download, timeout=1
    )
    assert_type(file, DownloadedFile)
    assert_type(file.path, Path)
    assert_type(await spikon.tts.delete("1", timeout=1), Deleted)
    assert_type(await spikon.tts.wait("1", timeout=1, on_update=heard), Speech)
    assert_type(await spikon.tts.collect("1", to="a.mp3", timeout=1), SavedSpeech)
    saved = await spikon.tts.synthesize(
        "x", voice="Ewa", to="a.mp3", timeout=1, on_update=heard, on_started=heard_of_id
    )
    assert_type(saved, SavedSpeech)
    assert_type(saved.file, DownloadedFile)


def errors(api: SpikonApiError, wait: WaitTimeout, job: JobFailed, status: StatusError) -> None:
    assert_type(api.code, int | None)
    assert_type(api.faults, tuple[Fault, ...])
    assert_type(api.ids, tuple[str, ...])
    assert_type(wait.last_state, str | None)
    assert_type(job.reason, str)
    assert_type(status.retry_after, float | None)


def names(client: SpikonClient) -> None:
    assert_type(client.call_lists, CallListResource)
    # What is loaded late is known to the type checkers, and what does not exist is not.
    _ = client.nothing  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    _ = spikon_async.Nothing  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
