"""The cells of the matrix: actions that meet a fault, and all that is promised of that."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Generic

import anyio
from attrs import define, frozen

from _telephony_core.downloads import DownloadedFile
from _telephony_core.errors import OutcomeUnknown, TelephonyError
from tests.faults.actions import Action, Kind, Stage
from tests.faults.apis import Api, ClientT, SandboxT
from tests.faults.authority import server_tls
from tests.faults.exposure import Secrets, logged, told
from tests.faults.faults import COOKIE, XML, Fault, Where, redirect
from tests.faults.front import Answer, Exchange, Front, Play, Site
from tests.faults.promises import ATTEMPTS, Effect, Promise, executions, outlived, promise

#: Seconds that are enough for whatever is not the point.
_PLENTY = 20.0
#: Calls that wait together.
_TOGETHER = 45


@frozen
class Setting:
    """Where a fault is played: in which format, behind TLS or not."""

    fault: Fault
    tls: bool = False
    wire_format: str = "json"
    #: It happens once, and the attempt after it is answered well.
    passes: bool = False

    @property
    def name(self) -> str:
        """What a test is called by."""
        return f"{self.fault.name}-{self.wire_format}{'-TLS' * self.tls}"


@define(eq=False)
class Cell(Generic[ClientT, SandboxT]):
    """One action that meets the fault, and what comes of it."""

    action: Action[ClientT, SandboxT]
    stage: Stage[SandboxT]
    error: TelephonyError | None = None
    result: object = None

    async def call(self, client: ClientT) -> None:
        """Make the call."""
        try:
            self.result = await self.action.call(client, self.stage)
        except TelephonyError as error:
            self.error = error


class Matrix(Generic[ClientT, SandboxT]):
    """Play one fault to actions of one API; `broken` says what did not hold, and where.

    `tells` yields what an error shows.
    """

    def __init__(
        self,
        api: Api[ClientT, SandboxT],
        setting: Setting,
        folder: Path,
        tells: Callable[[BaseException], Iterator[str]] = told,
        *,
        measuring: bool = True,
    ) -> None:
        self.broken: list[str] = []
        self._api = api
        self._fault = setting.fault
        self._setting = setting
        self._folder = folder
        self._told = tells
        #: The kinds whose use of memory needs no measuring any more.
        self._measured: set[Kind] = set() if measuring else set(Kind)
        self._tls = server_tls() if setting.tls else None
        of_calls = [secret for action in api.actions for secret in action.secrets]
        self._secrets = Secrets([*api.secrets, *of_calls])
        self._numbers = Secrets([api.number])

    async def play(self, actions: Sequence[Action[ClientT, SandboxT]]) -> None:
        """Play the fault to the actions."""
        with (
            logged() as lines,
            Front() as front,
            front.site(tls=self._tls) as elsewhere,
        ):
            elsewhere.default = _sound
            if self._fault.waits:
                for batch in _batches(actions):
                    await self._together(front, batch)
            elif self._fault.where is Where.THERE:
                async with self._served(front) as (site, client):
                    for action in actions:
                        await self._turn(site, elsewhere, client, action)
            else:
                for action in actions:
                    listening = self._fault.where is not Where.NOWHERE
                    async with self._served(front, listening=listening) as (site, client):
                        await self._turn(site, elsewhere, client, action)
        for line in lines:
            if shown := self._secrets.shown_in(line) or self._numbers.shown_in(line):
                self.broken.append(f"a log shows {shown!r}")

    @asynccontextmanager
    async def _served(
        self,
        front: Front,
        *,
        listening: bool = True,
        slots: int = 1,
        read_timeout: float = _PLENTY,
        timeout: float = _PLENTY,
    ) -> AsyncGenerator[tuple[Site, ClientT]]:
        """Serve the API, and make a client; nothing may be left of its connections."""
        with front.site(self._api.route, self._tls, listening=listening) as site:
            client = self._api.client(
                site.url,
                wire_format=self._setting.wire_format,
                max_connections=slots,
                read_timeout=read_timeout,
                timeout=timeout,
                max_body=self._fault.max_body,
            )
            try:
                yield site, client
            finally:
                await client.aclose()
            if not await until(lambda: site.open == 0):
                self.broken.append(f"{site.open} connections are left open")
            if any(COOKIE.encode() in asked.raw for asked in site.asked):
                self.broken.append("the cookie was sent back")

    def _cell(self, action: Action[ClientT, SandboxT], timeout: float) -> Cell[ClientT, SandboxT]:
        sandbox = self._api.new_sandbox()
        action.prepare(sandbox)
        return Cell(action, Stage(sandbox, self._folder, timeout))

    def _named(
        self, action: Action[ClientT, SandboxT] | None, problems: Iterable[str]
    ) -> list[str]:
        """Return problems with the cell that they are in."""
        setting = self._setting
        name = "all" if action is None else action.name
        where = f"{name} ({setting.wire_format}{', TLS' * setting.tls})"
        return [f"{where} / {self._fault.name}: {problem}" for problem in problems]

    def _note(self, action: Action[ClientT, SandboxT], problems: Iterable[str]) -> None:
        self.broken += self._named(action, problems)

    # One call after the other over one slot: were it lost, none would be left.

    async def _turn(
        self, site: Site, elsewhere: Site, client: ClientT, action: Action[ClientT, SandboxT]
    ) -> None:
        fault = self._fault
        cell = self._cell(action, _PLENTY)
        app = cell.stage.sandbox.app
        site.asked.clear()
        elsewhere.asked.clear()
        site.apps = {action.route: app, self._api.probed: app}
        play = self._redirect(elsewhere, action) if fault.redirects else fault.play
        if play is not None:
            site.play(action.route, play, self._times(action))
        if fault.where is Where.TO_THE_DOOR:
            site.slams = self._times(action)
        with self._memory(action):
            await cell.call(client)
        self._note(action, self._check(cell, site))
        self._note(action, self._check_elsewhere(action, elsewhere))
        site.behave()
        if fault.where is Where.NOWHERE:
            site.listen()
        self._note(action, [problem async for problem in self._check_file(cell, client)])
        self._note(action, [problem async for problem in self._check_next(site, client)])

    def _times(self, action: Action[ClientT, SandboxT]) -> int:
        # What a download bears, it bears by another request.
        once = self._goes_on(action) and not self._fault.redirects
        return 1 if once or self._setting.passes else ATTEMPTS

    def _goes_on(self, action: Action[ClientT, SandboxT]) -> bool:
        return action.kind is Kind.FILE and self._fault.effect_on_file is Effect.NONE

    async def _sent(self, exchange: Exchange) -> None:
        """Answer a probe without a sandbox."""
        xml = self._setting.wire_format == "xml"
        exchange.send(Answer(self._api.xml, XML) if xml else Answer(self._api.json))

    def _redirect(self, elsewhere: Site, action: Action[ClientT, SandboxT]) -> Play:
        # A file is fetched from there: a secret in the address would come from the server.
        return redirect(self._fault, elsewhere.url, quoting=action.kind is not Kind.FILE)

    @contextmanager
    def _memory(self, action: Action[ClientT, SandboxT]) -> Generator[None]:
        # Measuring takes longer than what is measured: one action of each kind stands for all.
        if not self._fault.memory or action.kind in self._measured:
            yield
            return
        self._measured.add(action.kind)
        tracemalloc.start()
        try:
            yield
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        if peak > self._fault.memory:
            self._note(action, [f"{peak >> 20} MiB of memory were used"])

    # Calls that wait, many of them together, over as many slots.

    async def _together(self, front: Front, batch: Sequence[Action[ClientT, SandboxT]]) -> None:
        found = await self._wait(front, batch, 0.4)
        if found:
            # On a busy machine, the time can have been too short for what comes before the wait.
            again = [action for action in batch if action.name in found] or batch
            found = await self._wait(front, again, 4.0)
        self.broken += [problem for problems in found.values() for problem in problems]

    async def _wait(
        self, front: Front, batch: Sequence[Action[ClientT, SandboxT]], patience: float
    ) -> dict[str, list[str]]:
        """Make all calls at once, and return what did not hold, by the names of the actions."""
        late = self._fault.effects == (Effect.TOO_LATE,)
        cells = [self._cell(action, patience if late else _PLENTY) for action in batch]
        for cell in cells:
            if cell.action.held:
                # No silence of a minute is a fault; the deadline of the call ends it.
                cell.stage = Stage(cell.stage.sandbox, self._folder, patience)
        async with self._served(
            front,
            slots=len(batch),
            read_timeout=_PLENTY if late else patience,
            timeout=patience if late else _PLENTY,
        ) as (site, client):
            whole = [problem async for problem in self._fill(site, client, len(batch))]
            site.asked.clear()
            site.apps = {cell.action.route: cell.stage.sandbox.app for cell in cells}
            site.behave()
            assert self._fault.play is not None
            for cell in cells:
                site.play(cell.action.route, self._fault.play, self._times(cell.action))
            async with anyio.create_task_group() as group:
                for cell in cells:
                    group.start_soon(cell.call, client)
            for cell in cells:
                await until(partial(self._done_often_enough, cell))
            found = {
                cell.action.name: self._named(cell.action, self._check(cell, site))
                for cell in cells
            }
            whole += [problem async for problem in self._fill(site, client, len(batch))]
        found["all"] = self._named(None, whole)
        return {name: problems for name, problems in found.items() if problems}

    async def _fill(self, site: Site, client: ClientT, slots: int) -> AsyncGenerator[str]:
        """Make as many calls at once as there are slots; each is answered when all are there."""
        site.behave()
        site.apps = {self._api.probed: self._api.new_sandbox().app}
        site.play(self._api.probed, Together(slots), slots)
        try:
            async with anyio.create_task_group() as group:
                for _ in range(slots):
                    group.start_soon(self._api.probe, client)
        except* TelephonyError as errors:
            problem = errors.exceptions[0]
        else:
            return
        yield f"not all slots are good: {problem!r}"

    def _done_often_enough(self, cell: Cell[ClientT, SandboxT]) -> bool:
        promises = self._promises(cell.action)
        return (
            not self._fault.acts
            or self._goes_on(cell.action)
            or any(
                cell.stage.sandbox.log.acted(cell.action.logged)
                in executions(one, cell.action.kind, acts=True)
                for one in promises
            )
        )

    # What is promised.

    def _promises(self, action: Action[ClientT, SandboxT]) -> tuple[Promise, ...]:
        fault = self._fault
        effects = fault.effects_with_tls if self._setting.tls else ()
        effects = effects or fault.effects
        if action.kind is Kind.FILE and fault.effect_on_file is not None:
            effects = (fault.effect_on_file,)
        if fault.waits and action.held:
            effects = (Effect.TOO_LATE,)
        promises = tuple(promise(effect, action.kind) for effect in effects)
        if self._setting.passes:
            return (outlived(promises[0], refused=action.refused_again and fault.acts),)
        return promises

    def _check(self, cell: Cell[ClientT, SandboxT], site: Site) -> Iterator[str]:
        fault, action, error = self._fault, cell.action, cell.error
        promises = self._promises(action)
        kept = [one for one in promises if one.fits(error)]
        if not kept:
            yield f"{error!r} instead of {' or '.join(str(one.error) for one in promises)}"
            return
        made = kept[0]
        if error is not None:
            yield from self._check_error(error, made, action)
        if self._goes_on(action):
            # A file that comes in parts takes as many requests as it takes.
            return
        arrived = sum(site.named(asked) == action.route for asked in site.asked)
        expected = made.attempts if fault.where is Where.THERE else 0
        if self._setting.passes and fault.where is not Where.THERE:
            expected = 1
        if arrived != expected:
            yield f"{arrived} requests arrived instead of {expected}"
        # Where chance decides, a first attempt may be repeated that a second is not.
        knocks = (made.attempts,) if len(promises) == 1 else range(1, ATTEMPTS + 1)
        if fault.where is Where.TO_THE_DOOR and site.made not in knocks:
            yield f"{site.made} connections instead of {made.attempts}"
        done = cell.stage.sandbox.log.acted(action.logged)
        right = executions(made, action.kind, acts=fault.acts, passes=self._setting.passes)
        if done not in right:
            yield f"carried out {done} times instead of {right}"

    def _check_error(
        self, error: TelephonyError, made: Promise, action: Action[ClientT, SandboxT]
    ) -> Iterator[str]:
        if error.acted is not made.acted:
            yield f"acted is {error.acted} instead of {made.acted}"
        if error.transient is not made.transient:
            yield f"transient is {error.transient} instead of {made.transient}"
        if error.call != action.called:
            yield f"call is {error.call!r}"
        if not (error.what and error.advice):
            yield "it says nothing"
        if isinstance(error, OutcomeUnknown) and not isinstance(error.__cause__, TelephonyError):
            yield f"it comes from {error.__cause__!r}"
        if self._fault.retry_after is not None:
            source = error.__cause__ if isinstance(error, OutcomeUnknown) else error
            seconds: float | None = getattr(source, "retry_after", None)
            if seconds is None or abs(seconds - self._fault.retry_after) > 5:
                yield f"retry_after is {seconds}"
        for text in self._told(error):
            if shown := self._secrets.shown_in(text):
                yield f"the error shows {shown!r}"
                return

    def _check_elsewhere(self, action: Action[ClientT, SandboxT], elsewhere: Site) -> Iterator[str]:
        wanted = action.kind is Kind.FILE and self._fault.redirects
        if bool(elsewhere.asked) != bool(wanted):
            yield f"{len(elsewhere.asked)} requests went elsewhere"
        for asked in elsewhere.asked:
            if shown := self._secrets.shown_in(asked.raw.decode()):
                yield f"the other server is sent {shown!r}"

    async def _check_file(
        self, cell: Cell[ClientT, SandboxT], client: ClientT
    ) -> AsyncGenerator[str]:
        """Check that a file is whole or not there, and that nothing stands beside it."""
        file = cell.result
        names = [path.name for path in self._folder.iterdir()]
        if isinstance(file, DownloadedFile):
            if names != [cell.stage.target.name]:
                yield f"the folder holds {names}"
            if not (self._fault.shortens or self._fault.redirects):
                again = await cell.action.call(client, cell.stage)
                if again != file:
                    yield f"the file is not whole: {file}, and not {again}"
            cell.stage.target.unlink()
        elif names:
            yield f"the folder holds {names}"

    async def _check_next(self, site: Site, client: ClientT) -> AsyncGenerator[str]:
        """Check that the client is as good as new."""
        site.asked.clear()
        site.play(self._api.probed, self._sent, 1)
        try:
            await self._api.probe(client)
        except TelephonyError as error:
            yield f"the next call fails: {error!r}"
        if len(site.asked) != 1:
            yield f"the next call takes {len(site.asked)} requests"
        # One for the one slot, and one for the requests that the service holds.
        if not await until(lambda: site.open <= 2):
            yield f"{site.open} connections are open for one slot"


class Together:
    """Answer when so many requests have come, and be not quite silent until then."""

    def __init__(self, count: int) -> None:
        self._missing = count
        self._complete = asyncio.Event()

    async def __call__(self, exchange: Exchange) -> None:
        self._missing -= 1
        if not self._missing:
            self._complete.set()
        answer = (await exchange.act()).wire()
        head, _, rest = answer.partition(b"\r\n")
        exchange.write(head)
        while not self._complete.is_set() and not exchange.is_gone:
            exchange.write(b"\r\nX-Wait: 1")
            await asyncio.sleep(0.05)
        exchange.write(b"\r\n" + rest)


async def until(condition: Callable[[], bool]) -> bool:
    """Wait for what the server's thread does; return whether it was done."""
    end = time.monotonic() + 10
    while not condition() and time.monotonic() < end:  # noqa: ASYNC110  # a thread does it
        await anyio.sleep(0.001)
    return condition()


async def _sound(exchange: Exchange) -> None:
    exchange.send(Answer(b"ID3\x04" + bytes(1000), "audio/mpeg"))


def _batches(
    actions: Iterable[Action[ClientT, SandboxT]],
) -> list[list[Action[ClientT, SandboxT]]]:
    """Return the actions in batches in which every route comes once."""
    batches: list[list[Action[ClientT, SandboxT]]] = []
    for action in actions:
        for batch in batches:
            if len(batch) < _TOGETHER and all(one.route != action.route for one in batch):
                batch.append(action)
                break
        else:
            batches.append([action])
    return batches
