"""The commands for chapter 4.7: speech."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from _telephony_core.cli.exit_codes import ExitCode
from _telephony_core.cli.options import Seconds, text_or_input
from _telephony_core.cli.output import by_name
from _telephony_core.cli.plain import plain_fields
from _telephony_core.polling import WaitUpdate

from ..errors import InvalidRequest
from ..models.tts import AudioFormat
from ..resources.targets import check_target
from .run import SpikonRun

APP = App(name="tts", help="Turn text into speech.")

_FORMATS = {".mp3": AudioFormat.MP3, ".wav": AudioFormat.WAV}


@APP.command
async def say(
    text: str | None = None,
    /,
    *,
    to: Path,
    voice: str | None = None,
    name: str | None = None,
    yes: bool = False,
    resume: str | None = None,
    timeout: Seconds | None = None,
    run: SpikonRun,
) -> ExitCode:
    """Turn a text into an audio file, which costs money: the price is told and asked about.

    Args:
        text: at most 3000 characters; piped in where they are not given.
        to: the file, .mp3 or .wav (8000 Hz, 16 bit, mono).
        voice: the name of a voice; see `spikon tts voices`.
        name: how the announcement is called in lists; the beginning of the text unless given.
        yes: buy it without being asked.
        resume: the id of an announcement that was bought before, instead of a text.
        timeout: seconds to wait, 10 minutes unless told otherwise.
    """
    audio_format = _FORMATS.get(to.suffix.lower())
    if audio_format is None:
        raise InvalidRequest(f"--to is {to}; it must end in {' or '.join(_FORMATS)}.")
    await check_target(to)
    if resume is not None and any(given is not None for given in (text, voice, name)):
        raise InvalidRequest(
            "neither a text nor --voice nor --name can be given with --resume.",
            advice="They were chosen when the announcement was bought.",
        )
    if resume is None:
        if voice is None:
            raise InvalidRequest("there is neither --voice nor --resume.")
        bought = await _buy(text_or_input(text), voice, name, yes, run)
        if bought is None:
            run.show.note("Nothing was bought.")
            return ExitCode.REFUSED
        run.begun.begin((bought,), "spikon", "tts", "say", "--resume", bought, "--to", str(to))
        resume = bought
    with run.show.progress("Speech") as tell:

        def on_update(update: WaitUpdate) -> None:
            tell(f"{update.state or 'out of reach'}, {update.waited:.0f} s", 0)

        saved = await run.client.tts.collect(
            resume, to=to, audio_format=audio_format, timeout=timeout, on_update=on_update
        )
    run.begun.finish()
    if run.show.as_json:
        run.show.json(plain_fields(saved))
    else:
        run.show.line(f"{saved.file.path}  {saved.file.size} bytes; id {saved.id}")
    return ExitCode.OK


async def _buy(text: str, voice: str, name: str | None, yes: bool, run: SpikonRun) -> str | None:
    """Buy an announcement and return its id; None if its price was too high for somebody."""
    rest = "it is waited for with tts/status and saved with tts/download."
    if not yes:
        run.then = f"if the price is agreed to, tts/generate buys it, {rest}"
        price = await run.client.tts.price(text, voice=voice)
        question = f"It costs {price.gross} PLN ({price.net} net). Buy it?"
        if not await run.show.confirm(question):
            return None
    run.then = rest
    title = name or " ".join(text.split())[:40]
    unsure = f"It may have been bought: look for {title!r} with: spikon tts list"
    with run.begun.acting(unsure):
        return await run.client.tts.generate(text, voice=voice, name=title)


@APP.command
async def price(text: str | None = None, /, *, voice: str, run: SpikonRun) -> None:
    """Show what an announcement would cost, in PLN.

    Args:
        text: at most 3000 characters; piped in where they are not given.
        voice: the name of a voice.
    """
    cost = await run.client.tts.price(text_or_input(text), voice=voice)
    run.show.record(cost, by_name(numbers=("net", "gross")))


@APP.command(name="list")
async def list_(*, run: SpikonRun) -> None:
    """List the announcements of the account."""
    run.show.rows(await run.client.tts.list(), by_name("id", "name", "state"))


@APP.command
async def languages(*, run: SpikonRun) -> None:
    """List the languages."""
    run.show.rows(await run.client.tts.languages(), by_name("code", "description"))


@APP.command
async def voices(language: str = "pl-PL", /, *, run: SpikonRun) -> None:
    """List the voices of a language.

    Args:
        language: its code, pl-PL unless given; see `spikon tts languages`.
    """
    run.show.rows(await run.client.tts.voices(language), by_name("name", "gender"))
