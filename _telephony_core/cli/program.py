"""A command line: its options for all commands, how a command is run, and how it ends."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Generic, Protocol, TypeVar, cast

import httpx
from attrs import define, frozen
from cyclopts import App, CycloptsError, Group, Parameter

from ..errors import InvalidRequest, TelephonyError
from ..version import __version__
from .begun import Begun
from .credentials import Service, find_credentials
from .dry_run import NotSentOnPurpose, PlannedRequest, capturing_client
from .exit_codes import EXIT_CODES_HELP, ExitCode, exit_code
from .output import Output
from .plain import plain_fields


class Closable(Protocol):
    """Be a client, as far as running a command needs to know it."""

    async def aclose(self) -> None:
        """Close the connections."""
        ...


ClientT = TypeVar("ClientT", bound=Closable)


@define
class Run(Generic[ClientT]):
    """Hold what a command works with.

    Attributes:
        client: the client, open while the command runs.
        show: what the command shows.
        begun: what it has begun at the service.
        then: what follows the first request, for those who want to know before anything is sent.
    """

    client: ClientT
    show: Output
    begun: Begun
    then: str = ""


@frozen(kw_only=True)
class _Choices:
    """The options that all commands have."""

    json: bool
    dry_run: bool
    sandbox: bool
    config: Path | None


class Program(Generic[ClientT]):
    """Be the command line of one service.

    The commands are coroutine functions on `app`. Each has a parameter `run`, which no option
    fills, and returns None or an exit code.
    """

    def __init__(
        self,
        about: str,
        *,
        service: Service,
        connect: Callable[[Mapping[str, str], httpx.AsyncClient | None], ClientT],
        sandbox: Callable[[], AbstractContextManager[Mapping[str, str]]],
    ) -> None:
        """Make a command line that has no commands yet.

        Args:
            about: what it is, in a sentence.
            service: the name of the program, and what a client is made from.
            connect: makes a client from environment variables, and an httpx client if need be.
            sandbox: serves a sandbox, and tells the variables that lead there.
        """
        self.app = App(
            name=service.name,
            help=about,
            help_epilogue=EXIT_CODES_HELP,
            help_format="plaintext",
            version=__version__,
            default_parameter=Parameter(negative="", show_default=False),
        )
        self.app.meta.group_parameters = Group("For all commands", sort_key=1)
        self.app.meta.default(self._launch)
        self._service = service
        self._connect = connect
        self._sandbox = sandbox

    def main(self, arguments: Sequence[str]) -> int:
        """Run the command of a command line and return its exit code."""
        for stream in (sys.stdout, sys.stderr):
            # A terminal that cannot show a character gets a question mark, not a crash.
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            code = cast(
                "int | None",
                self.app.meta(
                    list(arguments),
                    exit_on_error=False,
                    print_error=False,
                    result_action="return_value",
                ),
            )
            sys.stdout.flush()
        except CycloptsError as error:
            name = self._service.name
            Output(name, as_json=False).error(f"{error} See: {name} --help")
            return ExitCode.USAGE
        except BrokenPipeError:
            return _output_closed()
        return code or ExitCode.OK

    def _launch(
        self,
        *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        json: bool = False,
        dry_run: bool = False,
        sandbox: bool = False,
        config: Path | None = None,
    ) -> int:
        """Run a command.

        Args:
            tokens: the command.
            json: print JSON, one object a line, instead of tables.
            dry_run: print the request that would be sent, and send nothing.
            sandbox: use a sandbox on this machine, which lasts as long as the command.
            config: the file with the credentials; it must be readable to its owner alone.
        """
        command, bound, own = self.app.parse_args(tokens, exit_on_error=False, print_error=False)
        if "run" not in own:
            # It is --help or --version.
            command(*bound.args, **bound.kwargs)
            return ExitCode.OK
        choices = _Choices(json=json, dry_run=dry_run, sandbox=sandbox, config=config)

        def start(run: Run[ClientT]) -> Awaitable[ExitCode | None]:
            return cast("Awaitable[ExitCode | None]", command(*bound.args, **bound.kwargs, run=run))

        return self._run(start, choices)

    def _run(
        self, start: Callable[[Run[ClientT]], Awaitable[ExitCode | None]], choices: _Choices
    ) -> ExitCode:
        """Run a command to its end, good or bad."""
        show = Output(self._service.name, as_json=choices.json)
        begun = Begun()
        try:
            with self._account(choices, show) as account:
                code = asyncio.run(self._attend(start, choices.dry_run, account, show, begun))
        except TelephonyError as error:
            show.error(error)
            code = exit_code(error, begun=bool(begun.ids))
        except BrokenPipeError:
            _say_how_to_go_on(show, begun)
            raise
        except OSError as error:
            show.error(error)
            code = ExitCode.NOT_FINISHED if begun.ids else ExitCode.UNEXPECTED
        except KeyboardInterrupt:
            show.error("interrupted.")
            code = ExitCode.INTERRUPTED
        if code is not ExitCode.OK:
            _say_how_to_go_on(show, begun)
        return code

    @contextmanager
    def _account(self, choices: _Choices, show: Output) -> Generator[Mapping[str, str], None, None]:
        """Tell the variables that a client is made from, of a sandbox while the block lasts."""
        if not choices.sandbox:
            yield find_credentials(self._service, os.environ, choices.config)
            return
        with ExitStack() as stack:
            try:
                account = stack.enter_context(self._sandbox())
            except ImportError as error:
                raise InvalidRequest(f"{error}.") from error
            show.note("In a sandbox on this machine: nothing is real, and nothing is kept.")
            yield account

    async def _attend(
        self,
        start: Callable[[Run[ClientT]], Awaitable[ExitCode | None]],
        dry_run: bool,
        account: Mapping[str, str],
        show: Output,
        begun: Begun,
    ) -> ExitCode:
        """Run a command with a client of its own."""
        async with AsyncExitStack() as stack:
            http_client = await stack.enter_async_context(capturing_client()) if dry_run else None
            client = self._connect(account, http_client)
            stack.push_async_callback(client.aclose)
            run = Run(client, show, begun)
            try:
                return await start(run) or ExitCode.OK
            except NotSentOnPurpose as stop:
                _show_plan(show, stop.request, run.then)
                return ExitCode.OK


def _show_plan(show: Output, request: PlannedRequest, then: str) -> None:
    """Show a request that was not sent."""
    if show.as_json:
        show.json({**plain_fields(request), "then": then})
        return
    show.line(f"{request.method} {request.address}")
    for name, value in (*request.headers.items(), *request.parameters):
        show.line(f"  {name} = {value}")
    if then:
        show.line(f"Then: {then}")
    show.note("Nothing was sent.")


def _say_how_to_go_on(show: Output, begun: Begun) -> None:
    if advice := begun.advice():
        show.note(advice)


def _output_closed() -> ExitCode:
    """Give up standard output, so that Python does not fail once more as it flushes it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return ExitCode.OUTPUT_CLOSED
