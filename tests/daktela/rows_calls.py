"""Chapter Hovory."""

from datetime import UTC, datetime, timedelta

from daktela_async.models.calls import (
    AnsweredCall,
    Attempt,
    AttemptPage,
    CallLeg,
    Disposition,
    ListeningMode,
    MonitoredCall,
    PlaybackCommand,
    StartedCall,
    TransferType,
)
from daktela_async.models.common import Direction, Done
from tests.daktela.helpers import PRAGUE, Endpoint

_DONE = '{"error":null,"status":1}'
_NULL = '{"status":1,"error":null,"result":null}'
_STARTED = '{"error":null,"status":1,"result":{"id_call":"123456789.1234SJ"}}'
# The sample of CreateCall 3.1 has one brace too many.
_STARTED_FOR_USER = _STARTED + "}"
_CLICKED = '{"status":1,"error":null,"result":{"id_call":"1358860092.8131WS"}}'
_REMOTE = '{"status":1,"error":null,"result":{"id_call":"1346154802.5542WS"}}'
_ANSWERED = '{"status":1,"error":null,"result":{"calling_number":"226211245","calling_queue":"2000","calling_queue_name":"Support","id_call":"14555781215.224"}}'  # noqa: E501
_MONITORED = '{"status":1,"error":null,"result":{"calling_direction":"out","calling_number":"468008585","calling_queue":"1006","calling_queue_name":"ObycOdchozi","ringing":"2","billsec":"177"}}'  # noqa: E501
_ABOUT = r"""{"status":1,"error":null,"result":[{"calldate":"2011-10-19 15:24:46","clid":"200","src":"200","dst":"468008580","dcontext":"from-internal","channel":"SIP\/200-0000009f","dstchannel":"SIP\/pbx-000000a0","lastapp":"ResetCDR","lastdata":"w","duration":"32","billsec":"29","disposition":"ANSWERED","amaflags":"3","accountcode":"","uniqueid":"1319030686.213","userfield":"\/RECORDINGS\/2011\/10\/19\/OUT200-468008580-20111019-152447-1319030686.213.wav","real_exten":"200","direction":"out","from_did":null,"id_call":"1319030658.204","id_queue":"2","id_agent":"4","waiting_time":"3","ringing_time":"3","hold_time":"0","orig_pos":"1","position":"1","disposition_cause":"agent","disconnection_cause":"","recording_hash":"225fae9e2c0a2e830c7d0e9e80040f4245a6asv93gfdgxD1319030658.204"}]}"""  # noqa: E501
_ATTEMPTS = r"""{"status":1,"error":null,"result":{"data":[{"id":111,"id_call":"1443007798.918","name":"ATTEMPT","start_time":"2015-09-23 13:30:25","end_time":"2015-09-23 13:30:45","duration":20,"id_agent":4,"id_queue":1,"data1":"","data2":"","data3":"","data4":""},{"id":110,"id_call":"1443007798.918","name":"ATTEMPT","start_time":"2015-09-23 13:29:59","end_time":"2015-09-23 13:30:19","duration":20,"id_agent":4,"id_queue":1,"data1":"","data2":"","data3":"","data4":""}],"total":"2"}}"""  # noqa: E501


def _attempt(id_: str, start: datetime) -> Attempt:
    return Attempt(
        id=id_,
        call_id="1443007798.918",
        name="ATTEMPT",
        started_at=start,
        ended_at=start + timedelta(seconds=20),
        duration=timedelta(seconds=20),
        agent_id="4",
        queue_id="1",
    )


#: Made of others, or of several requests; they have tests of their own.
FLOWS = (
    "calls.iter_attempts",
    "calls.download_recordings",
    "calls.download_recordings_of",
)
DOWNLOADS = (("GetRecording 3.0", "calls.download_recording"),)

ROWS = (
    Endpoint(
        variant="AboutCall 3.0",
        name="calls.about",
        call=lambda daktela: daktela.calls.about("1350478005.0"),
        path="3.0/AboutCall",
        query=(("id_call", "1350478005.0"),),
        body=_ABOUT,
        result=(
            CallLeg(
                call_id="1319030658.204",
                started_at=datetime(2011, 10, 19, 15, 24, 46, tzinfo=PRAGUE),
                caller_id="200",
                source="200",
                destination="468008580",
                direction=Direction.OUTGOING,
                extension="200",
                duration=timedelta(seconds=32),
                talk_time=timedelta(seconds=29),
                disposition=Disposition.ANSWERED,
                queue_id="2",
                agent_id="4",
                waiting_time=timedelta(seconds=3),
                ringing_time=timedelta(seconds=3),
                hold_time=timedelta(0),
                original_position=1,
                position=1,
                disposition_cause="agent",
                recording_path=(
                    "/RECORDINGS/2011/10/19/OUT200-468008580-20111019-152447-1319030686.213.wav"
                ),
                recording_hash="225fae9e2c0a2e830c7d0e9e80040f4245a6asv93gfdgxD1319030658.204",
                context="from-internal",
                channel="SIP/200-0000009f",
                destination_channel="SIP/pbx-000000a0",
                last_application="ResetCDR",
                last_data="w",
                ama_flags="3",
                unique_id="1319030686.213",
            ),
        ),
    ),
    Endpoint(
        variant="Answer 3.7",
        name="calls.answer",
        call=lambda daktela: daktela.calls.answer(user="hajek"),
        path="3.7/Answer",
        query=(("user", "hajek"),),
        body=_ANSWERED,
        result=AnsweredCall(
            number="226211245",
            queue_number="2000",
            queue_title="Support",
            call_id="14555781215.224",
        ),
    ),
    Endpoint(
        variant="Answer 3.7",
        name="calls.answer",
        call=lambda daktela: daktela.calls.answer(extension="500", version="4.0"),
        path="4.0/Answer",
        query=(("extension", "500"),),
        body=_ANSWERED,
        result=AnsweredCall(
            number="226211245",
            queue_number="2000",
            queue_title="Support",
            call_id="14555781215.224",
        ),
    ),
    Endpoint(
        variant="ClickToCall 3.9",
        name="calls.click_to_call",
        call=lambda daktela: daktela.calls.click_to_call(
            "2006", "226211245", agent_text="Pepa Novak"
        ),
        path="3.9/ClickToCall",
        query=(("queue", "2006"), ("number", "226211245"), ("agenttext", "Pepa Novak")),
        body=_CLICKED,
        result=StartedCall(call_id="1358860092.8131WS"),
    ),
    Endpoint(
        variant="ClickToCall 3.9",
        name="calls.click_to_call",
        call=lambda daktela: daktela.calls.click_to_call(
            "2006", "+420226211245", waiting_time=timedelta(hours=1), call_id="muj-1"
        ),
        path="3.9/ClickToCall",
        query=(
            ("queue", "2006"),
            ("number", "+420226211245"),
            ("waitingtime", "3600"),
            ("idcall", "muj-1"),
        ),
        body=_CLICKED,
        result=StartedCall(call_id="1358860092.8131WS"),
    ),
    Endpoint(
        variant="ControlPlayback 3.6",
        name="calls.play",
        call=lambda daktela: daktela.calls.play(
            "Upozornujeme_ze_v_ramci_zkvalitneni_sluzeb_mohou_byt_hovory_monitorovany.wav",
            extension="500",
        ),
        path="3.6/ControlPlayback",
        query=(
            ("extension", "500"),
            ("command", "play"),
            (
                "recording",
                "Upozornujeme_ze_v_ramci_zkvalitneni_sluzeb_mohou_byt_hovory_monitorovany.wav",
            ),
        ),
        body=_NULL,
        result=Done(),
    ),
    Endpoint(
        variant="ControlPlayback 3.6",
        name="calls.play",
        call=lambda daktela: daktela.calls.play(
            "a.wav", user="hajek", begin=timedelta(seconds=1.5), skip=timedelta(seconds=5)
        ),
        path="3.6/ControlPlayback",
        query=(
            ("user", "hajek"),
            ("command", "play"),
            ("recording", "a.wav"),
            ("begintime", "1500"),
            ("skiptime", "5000"),
        ),
        body=_NULL,
        result=Done(),
    ),
    Endpoint(
        variant="ControlPlayback 3.6",
        name="calls.control_playback",
        call=lambda daktela: daktela.calls.control_playback(PlaybackCommand.PAUSE, extension="500"),
        path="3.6/ControlPlayback",
        query=(("extension", "500"), ("command", "pause")),
        body=_NULL,
        result=Done(),
    ),
    Endpoint(
        variant="ControlPlayback 3.6",
        name="calls.control_playback",
        call=lambda daktela: daktela.calls.control_playback("stop", user="hajek"),
        path="3.6/ControlPlayback",
        query=(("user", "hajek"), ("command", "stop")),
        body=_NULL,
        result=Done(),
    ),
    # The document says of the answer that it has `playing`, and shows none.
    Endpoint(
        variant="ControlPlayback 3.6",
        name="calls.is_playing",
        call=lambda daktela: daktela.calls.is_playing(extension="500"),
        path="3.6/ControlPlayback",
        query=(("extension", "500"), ("command", "status")),
        body='{"status":1,"error":null,"result":{"playing":true}}',
        result=True,
    ),
    Endpoint(
        variant="ControlPlayback 3.6",
        name="calls.is_playing",
        call=lambda daktela: daktela.calls.is_playing(user="hajek"),
        path="3.6/ControlPlayback",
        query=(("user", "hajek"), ("command", "status")),
        body='{"status":1,"error":null,"result":{"playing":false}}',
        result=False,
    ),
    Endpoint(
        variant="CreateCall 3.1",
        name="calls.create_for_user",
        call=lambda daktela: daktela.calls.create_for_user(
            "michalhajek", "800123456", auto_answer=True
        ),
        path="3.1/CreateCall",
        query=(("user", "michalhajek"), ("number", "800123456"), ("autoanswer", "yes")),
        body=_STARTED_FOR_USER,
        result=StartedCall(call_id="123456789.1234SJ"),
    ),
    Endpoint(
        variant="CreateCall 3.1",
        name="calls.create_for_user",
        call=lambda daktela: daktela.calls.create_for_user(
            "michalhajek",
            "800123456",
            queue="1006",
            ring_time=timedelta(seconds=20),
            dial_time=timedelta(seconds=60),
            call_id="muj-1",
            account_code="a1",
            agent_text="Pepa Novák",
            ticket="ticket_1",
        ),
        path="3.1/CreateCall",
        query=(
            ("user", "michalhajek"),
            ("number", "800123456"),
            ("accountcode", "a1"),
            ("waitingtime", "20"),
            ("dialingtime", "60"),
            ("idcall", "muj-1"),
            ("agenttext", "Pepa Novák"),
            ("queue", "1006"),
            ("ticket", "ticket_1"),
        ),
        body=_STARTED_FOR_USER,
        result=StartedCall(call_id="123456789.1234SJ"),
    ),
    Endpoint(
        variant="CreateCall 3.0",
        name="calls.create_for_extension",
        call=lambda daktela: daktela.calls.create_for_extension("300", "800123456"),
        path="3.0/CreateCall",
        query=(("extension", "300"), ("number", "800123456")),
        body=_STARTED,
        result=StartedCall(call_id="123456789.1234SJ"),
    ),
    Endpoint(
        variant="CreateCall 3.0",
        name="calls.create_for_extension",
        call=lambda daktela: daktela.calls.create_for_extension(
            "300",
            "800123456",
            auto_answer=True,
            ring_time=timedelta(seconds=20),
            call_id="muj-1",
            account_code="a1",
            agent_text="t",
        ),
        path="3.0/CreateCall",
        query=(
            ("extension", "300"),
            ("number", "800123456"),
            ("accountcode", "a1"),
            ("autoanswer", "yes"),
            ("waitingtime", "20"),
            ("idcall", "muj-1"),
            ("agenttext", "t"),
        ),
        body=_STARTED,
        result=StartedCall(call_id="123456789.1234SJ"),
    ),
    Endpoint(
        variant="CreateRemoteCall 3.8",
        name="calls.create_remote",
        call=lambda daktela: daktela.calls.create_remote("226211245", "468008585"),
        path="3.8/CreateRemoteCall",
        query=(("primarynumber", "226211245"), ("secondarynumber", "468008585")),
        body=_REMOTE,
        result=StartedCall(call_id="1346154802.5542WS"),
    ),
    Endpoint(
        variant="CreateRemoteCall 3.8",
        name="calls.create_remote",
        call=lambda daktela: daktela.calls.create_remote(
            "226211245", "9999", direct_did=True, variables={"myid": "1234567"}
        ),
        path="3.8/CreateRemoteCall",
        query=(
            ("primarynumber", "226211245"),
            ("secondarynumber", "9999"),
            ("directdid", "true"),
            ("variables[myid]", "1234567"),
        ),
        body=_REMOTE,
        result=StartedCall(call_id="1346154802.5542WS"),
    ),
    Endpoint(
        variant="CreateRemoteCall 3.8",
        name="calls.create_remote",
        call=lambda daktela: daktela.calls.create_remote(
            "226211245",
            "468008585",
            dial_time=timedelta(seconds=45),
            record=False,
            call_id="muj-1",
            account_code="a1",
        ),
        path="3.8/CreateRemoteCall",
        query=(
            ("primarynumber", "226211245"),
            ("secondarynumber", "468008585"),
            ("accountcode", "a1"),
            ("dialingtime", "45"),
            ("idcall", "muj-1"),
            ("recording", "false"),
        ),
        body=_REMOTE,
        result=StartedCall(call_id="1346154802.5542WS"),
    ),
    Endpoint(
        variant="GetAttempts 4.1",
        name="calls.attempts",
        call=lambda daktela: daktela.calls.attempts(
            datetime(2015, 8, 14), datetime(2015, 10, 31), queues=["1"]
        ),
        path="4.1/GetAttempts",
        query=(
            ("datetime_from", "2015-08-14 00:00:00"),
            ("datetime_to", "2015-10-31 00:00:00"),
            ("queues[]", "1"),
            ("skip", "0"),
            ("take", "100"),
        ),
        body=_ATTEMPTS,
        result=AttemptPage(
            rows=(
                _attempt("111", datetime(2015, 9, 23, 13, 30, 25, tzinfo=PRAGUE)),
                _attempt("110", datetime(2015, 9, 23, 13, 29, 59, tzinfo=PRAGUE)),
            ),
            total=2,
        ),
    ),
    Endpoint(
        variant="GetAttempts 4.1",
        name="calls.attempts",
        call=lambda daktela: daktela.calls.attempts(
            datetime(2015, 8, 13, 22, tzinfo=UTC),
            datetime(2015, 10, 30, 23, tzinfo=UTC),
            queues=("1", "22"),
            users="333",
            call_id="1443007798.918",
            skip=200,
            take=1000,
        ),
        path="4.1/GetAttempts",
        query=(
            ("datetime_from", "2015-08-14 00:00:00"),
            ("datetime_to", "2015-10-31 00:00:00"),
            ("queues[]", "1"),
            ("queues[]", "22"),
            ("id_call", "1443007798.918"),
            ("users[]", "333"),
            ("skip", "200"),
            ("take", "1000"),
        ),
        body='{"status":1,"error":null,"result":{"data":[],"total":0}}',
        result=AttemptPage(rows=(), total=0, skip=200),
    ),
    Endpoint(
        variant="Hangup 3.0",
        name="calls.hang_up",
        call=lambda daktela: daktela.calls.hang_up(user="michalhajek"),
        path="3.0/Hangup",
        query=(("user", "michalhajek"),),
        body=_DONE,
        result=Done(),
    ),
    Endpoint(
        variant="Hangup 3.0",
        name="calls.hang_up",
        call=lambda daktela: daktela.calls.hang_up(extension="300"),
        path="3.0/Hangup",
        query=(("extension", "300"),),
        body=_DONE,
        result=Done(),
    ),
    Endpoint(
        variant="Hangup 3.0",
        name="calls.hang_up",
        call=lambda daktela: daktela.calls.hang_up(call_id="1443007798.918"),
        path="3.0/Hangup",
        query=(("call", "1443007798.918"),),
        body=_DONE,
        result=Done(),
    ),
    Endpoint(
        variant="Monitoring 3.0",
        name="calls.monitor_extension",
        call=lambda daktela: daktela.calls.monitor_extension("100", "200", ListeningMode.WHISPER),
        path="3.0/Monitoring",
        query=(("exten", "100"), ("listener", "200"), ("mode", "whisper")),
        body=_DONE,
        result=Done(),
    ),
    # The sample's address has 3.0; the text says 3.1.
    Endpoint(
        variant="Monitoring 3.1",
        name="calls.monitor_user",
        call=lambda daktela: daktela.calls.monitor_user("hajekhu", "200", "spy"),
        path="3.1/Monitoring",
        query=(("user", "hajekhu"), ("listener", "200"), ("mode", "spy")),
        body=_MONITORED,
        result=MonitoredCall(
            direction=Direction.OUTGOING,
            number="468008585",
            queue_number="1006",
            queue_title="ObycOdchozi",
            ringing_time=timedelta(seconds=2),
            talk_time=timedelta(seconds=177),
        ),
    ),
    Endpoint(
        variant="PickupFromQueue 4.0",
        name="calls.pickup_from_queue",
        call=lambda daktela: daktela.calls.pickup_from_queue("1404828279.15208", "pavelmoravec"),
        path="4.0/PickupFromQueue",
        query=(("call_id", "1404828279.15208"), ("user", "pavelmoravec")),
        body='{"status":1,"error":null,"result":[]}',
        result=Done(),
    ),
    # The samples' addresses have 3.1; the text says 3.0.
    Endpoint(
        variant="Transfer 3.0",
        name="calls.transfer",
        call=lambda daktela: daktela.calls.transfer(user="michalhajek", number="800123456"),
        path="3.0/Transfer",
        query=(("user", "michalhajek"), ("number", "800123456"), ("type", "attended")),
        body=_DONE,
        result=Done(),
    ),
    Endpoint(
        variant="Transfer 3.0",
        name="calls.transfer",
        call=lambda daktela: daktela.calls.transfer(
            extension="300", to_queue="2", transfer_type=TransferType.BLIND
        ),
        path="3.0/Transfer",
        query=(("extension", "300"), ("dst_queue", "2"), ("type", "blind")),
        body=_DONE,
        result=Done(),
    ),
    Endpoint(
        variant="Transfer 3.0",
        name="calls.transfer",
        call=lambda daktela: daktela.calls.transfer(user="michalhajek", to_user="4"),
        path="3.0/Transfer",
        query=(("user", "michalhajek"), ("dst_user", "4"), ("type", "attended")),
        body=_DONE,
        result=Done(),
    ),
)
