"""A server that goes wrong on purpose: real sockets, and HTTP written by hand so that it can be cut anywhere."""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import termios
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from random import Random
from types import TracebackType
from urllib.parse import parse_qsl

from ionq_tui.simulator import validation
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import PREFIX, Reply, Request, respond
from ionq_tui.simulator.random_stream import hashed_id
from ionq_tui.simulator.store import JobEntry, SessionEntry
from tests.faults.fault import BLIND, Colleague, Fault, Operation, Stage
from tests.house.held_port import held_port

KEY = "our-key-for-the-fault-server"
SOUND = Fault("sound")
_RESET = struct.pack("ii", 1, 0)


@dataclass
class _Due:
    """Something that becomes visible at a monotonic time."""

    at: float
    reveal: Callable[[], object]


@dataclass
class Arrival:
    """A request whose first line came in; times are monotonic, and count for every process of this machine."""

    operation: Operation
    method: str
    path: str
    at: float
    over_at: float | None = None
    """When it was answered, or given up by whoever sent it."""


class FaultServer:
    """Carries requests out on a simulated cloud, and answers each as the fault of its kind says."""

    def __init__(self, cloud: SimulatedCloud, scale: float) -> None:
        """Take the cloud and the factor on every time of a fault."""
        self.cloud = cloud
        self.scale = scale
        self.reached: Counter[Operation] = Counter()
        """Requests whose first line came in, by kind."""
        self.log: list[Arrival] = []
        """The same, one by one."""
        self.committed: list[str] = []
        """Ids of the sessions that requests to open created; a colleague's are not among them."""
        self.alike: list[str] = []
        """Ids of identical sessions that others with our very key opened at the same moment."""
        self.cloned: list[str] = []
        """Ids of the jobs that requests to clone made."""
        self.made: dict[str, SessionEntry] = {}
        """The sessions of both lists, also those that are not visible yet."""
        self.held = threading.Event()
        """Set while a request is held."""
        self.release = threading.Event()
        self.taken = False
        """True once a reply that was held has reached the client's machine."""
        self._faults: dict[Operation, Fault] = {}
        self.gone = False
        """True once nobody listens any more."""
        self.unplanned = False
        """True where a busy machine did other than was planned: a request came that nobody was to hear any more, or
        was given up before the reply that was sent at once."""
        self._gone_after: str | None = None
        self._due: list[_Due] = []
        self._stale: dict[str, tuple[int, Reply]] = {}
        self._lines: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._random = Random(7)
        self._stopping = threading.Event()
        self._held_port = held_port()
        self.port = int(self._held_port.getsockname()[1])
        self._listener = self._listening()

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self.port}/{PREFIX}"

    def __enter__(self) -> FaultServer:
        self._begin(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self.release.set()
        self._close_listener()
        self._held_port.close()
        self.drop_lines()
        for thread in self._threads:
            thread.join(10)
        assert not any(thread.is_alive() for thread in self._threads)

    def arm(self, operation: Operation, fault: Fault, *, after_path: str | None = None) -> None:
        """From now on requests of this kind go wrong; where nobody is to listen, at once or after that path."""
        with self._lock:
            self._faults[operation] = fault
        if fault.stage is Stage.GONE and after_path is None:
            self.vanish()
        self._gone_after = after_path if fault.stage is Stage.GONE else None

    def disarm(self) -> None:
        """Go right again."""
        with self._lock:
            self._faults.clear()

    def vanish(self) -> None:
        """Stop listening, and close every connection."""
        self.gone = True
        self._close_listener()
        self.drop_lines()

    def come_back(self) -> None:
        """Listen again, where nobody did any more."""
        if self.gone:
            self._listener = self._listening()
            self.gone = False
            self._begin(self._accept)

    def drop_lines(self) -> None:
        """Close the connections that are open, without a word, as a proxy does with those that idle."""
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def settle(self, most: int | None = None) -> None:
        """Let become visible whatever is still late, or only the first of it."""
        self._reveal(float("inf"), most)

    def _listening(self) -> socket.socket:
        return socket.create_server(("127.0.0.1", self.port), backlog=64)

    def _close_listener(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _begin(self, work: object, *args: socket.socket) -> None:
        assert callable(work)
        thread = threading.Thread(target=work, args=args, name="fault server", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._lines.add(line)
            self._begin(self._serve, line)

    def _serve(self, line: socket.socket) -> None:
        try:
            while not self._stopping.is_set() and self._exchange(line):
                pass
        except OSError:
            pass  # the client left
        finally:
            with self._lock:
                self._lines.discard(line)
            line.close()

    def _exchange(self, line: socket.socket) -> bool:
        """Serve one request; False where the connection is over."""
        first = _peeked(line)
        if first is None:
            return False
        method, target = first
        arrival = Arrival(Operation.of(method, target), method, target, time.monotonic())
        try:
            return self._exchanged(line, arrival)
        finally:
            arrival.over_at = time.monotonic()

    def _exchanged(self, line: socket.socket, arrival: Arrival) -> bool:
        method, target, operation = arrival.method, arrival.path, arrival.operation
        with self._lock:
            self.log.append(arrival)
            fault = self._faults.get(operation, SOUND)
            self.reached[operation] += 1
            self.unplanned = self.unplanned or fault.stage is Stage.GONE
            if fault.blind:
                self._faults.update(dict.fromkeys((Operation.LIST, Operation.STATUS), BLIND))
        if fault.stage is Stage.UNREAD:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            return False
        if fault.stage is Stage.HELD and not fault.carried_out:
            return self._hold()
        request = _read(line, method, target)
        if request is None:
            return False
        reply = self._carry_out(operation, fault, request)
        if fault.stage is Stage.HELD:
            self._hold()
            if not fault.answers_when_released:
                return False
        going_on = self._write(line, fault, reply)
        if self._gone_after is not None and target.endswith(self._gone_after):
            self.vanish()
            return False
        return going_on

    def _hold(self) -> bool:
        self.held.set()
        self.release.wait()
        return False

    def _carry_out(self, operation: Operation, fault: Fault, request: Request) -> Reply:
        self._reveal(time.monotonic())
        if operation is Operation.OPEN:
            reply = self._open(fault, request)
        elif operation is Operation.END:
            reply = self._end(fault, request)
        elif operation is Operation.CLONE:
            reply = self._clone(fault, request)
        elif operation is Operation.STATUS:
            reply = self._stale_reading(request) or respond(self.cloud, request)
        else:
            reply = respond(self.cloud, request)
        if operation is Operation.LIST and reply.status == 200:
            reply = self._shuffled(self._changed(reply))
        if fault.other_settings and reply.status < 300:
            told = {**json.loads(reply.body), **dict(fault.other_settings)}
            return Reply(reply.status, reply.headers, json.dumps(told).encode())
        if fault.status is None and fault.body is None and not fault.headers:
            return reply
        dated = tuple(pair for pair in reply.headers if pair[0] in ("Date", "x-request-id"))
        body = reply.body if fault.body is None else fault.body
        if body.count(b"%s"):
            body %= request.path.split("/")[-2].encode()
        return Reply(fault.status or reply.status, (*dated, *fault.headers), body)

    def _changed(self, reply: Reply) -> Reply:
        """Tell of what was opened here with other settings, where the fault of the opening says so."""
        opening = self._faults.get(Operation.OPEN, SOUND)
        if not opening.changed_in_lists:
            return reply
        told, other = json.loads(reply.body), dict(opening.other_settings)
        told["sessions"] = [{**one, **other} if one["id"] in self.committed else one for one in told["sessions"]]
        return Reply(reply.status, reply.headers, json.dumps(told).encode())

    def _open(self, fault: Fault, request: Request) -> Reply:
        with self.cloud.lock:
            backend, terms = validation.terms(validation.members(request.body), self.cloud.unit)
            if fault.colleague is not Colleague.NOBODY:
                key = KEY if fault.colleague is Colleague.SAME_KEY else "a-colleague's-key"
                self.cloud.advance()
                theirs = self.cloud.open_session(hashed_id("creator", key), backend, terms)
                if fault.colleague is Colleague.SAME_KEY:
                    self.alike.append(theirs.id)
                    self.made[theirs.id] = theirs
            before = set(self.cloud.sessions)
            reply = respond(self.cloud, request)
            for entry in [one for key, one in self.cloud.sessions.items() if key not in before]:
                if not fault.carried_out:
                    del self.cloud.sessions[entry.id], self.cloud.active[entry.id]
                    continue
                self.committed.append(entry.id)
                self.made[entry.id] = entry
                if fault.late:
                    del self.cloud.sessions[entry.id], self.cloud.active[entry.id]
                    self._later(fault, partial(self._show_session, entry))
        return reply

    def _clone(self, fault: Fault, request: Request) -> Reply:
        with self.cloud.lock:
            before = set(self.cloud.jobs)
            reply = respond(self.cloud, request)
            for entry in [one for key, one in self.cloud.jobs.items() if key not in before]:
                if fault.carried_out:
                    self.cloned.append(entry.id)
                if fault.late or not fault.carried_out:
                    del self.cloud.jobs[entry.id]
                    self.cloud.sessions[entry.session_id or ""].jobs.remove(entry)
                if fault.late:
                    self._later(fault, partial(self._show_job, entry))
        return reply

    def _later(self, fault: Fault, reveal: Callable[[], object]) -> None:
        self._due.append(_Due(time.monotonic() + fault.late * self.scale, reveal))

    def _end(self, fault: Fault, request: Request) -> Reply:
        session_id = request.path.split("/")[-2]
        picture = Request("GET", request.path.removesuffix("/end"), headers=request.headers)
        before = respond(self.cloud, picture)
        if not fault.carried_out or before.status != 200:
            return before
        if fault.late:
            entry = self.cloud.sessions[session_id]
            self._later(fault, partial(self.cloud.end, entry, None))
            return before
        reply = respond(self.cloud, request)
        if fault.stale_readings:
            self._stale[session_id] = (fault.stale_readings, before)
            return before
        return reply

    def _stale_reading(self, request: Request) -> Reply | None:
        session_id = request.path.split("/")[-1]
        left, reply = self._stale.get(session_id, (0, None))
        if reply is None or not left:
            return None
        self._stale[session_id] = (left - 1, reply)
        return reply

    def _reveal(self, now: float, most: int | None = None) -> None:
        with self.cloud.lock:
            for due in [one for one in self._due if one.at <= now][:most]:
                self._due.remove(due)
                due.reveal()

    def _show_session(self, entry: SessionEntry) -> None:
        self.cloud.sessions[entry.id] = self.cloud.active[entry.id] = entry

    def _show_job(self, entry: JobEntry) -> None:
        self.cloud.jobs[entry.id] = entry
        self.cloud.sessions[entry.session_id or ""].jobs.append(entry)

    def _shuffled(self, reply: Reply) -> Reply:
        """Put a list in another order: the API promises none."""
        told = json.loads(reply.body)
        self._random.shuffle(told["sessions"])
        return Reply(reply.status, reply.headers, json.dumps(told).encode())

    def _write(self, line: socket.socket, fault: Fault, reply: Reply) -> bool:
        raw, head = _raw(reply)
        if fault.raw is not None:
            line.sendall(fault.raw)
            return False
        match fault.stage:
            case Stage.NO_REPLY:
                return False
            case Stage.RESET:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                return False
            case Stage.MID_HEADERS:
                line.sendall(raw[: head // 2])
                return False
            case Stage.MID_BODY:
                line.sendall(raw[: head + (len(raw) - head) // 2])
                return False
            case Stage.SILENT:
                return self._nothing_until_it_leaves(line)
            case Stage.DRIP:
                return self._drip(line, raw)
        line.sendall(raw)
        if fault.answers_when_released:
            while _unacknowledged(line) and not self._stopping.wait(0.001):
                pass
            self.taken = True
        return True

    def _nothing_until_it_leaves(self, line: socket.socket) -> bool:
        line.recv(1)
        return False

    def _drip(self, line: socket.socket, raw: bytes) -> bool:
        for one in raw:
            line.sendall(bytes([one]))
            if self._stopping.wait(self.scale):
                return False
        return True


def _unacknowledged(line: socket.socket) -> bool:
    """True while the other side has not acknowledged everything that was sent."""
    return bool(struct.unpack("i", fcntl.ioctl(line, termios.TIOCOUTQ, b"\0" * 4))[0])


def _peeked(line: socket.socket) -> tuple[str, str] | None:
    """Return method and target of the next request without reading it; None where the client left."""
    while True:
        seen = line.recv(65536, socket.MSG_PEEK)
        if not seen:
            return None
        if b"\r\n" in seen:
            method, target, _ = seen.split(b"\r\n")[0].decode("ascii").split(" ")
            return method, target


def _read(line: socket.socket, method: str, target: str) -> Request | None:
    """Read one request whole."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = line.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    pairs = (one.split(": ", 1) for one in head.decode("latin-1").split("\r\n")[1:])
    headers = {name.lower(): value for name, value in pairs}
    while len(body) < int(headers.get("content-length", "0")):
        more = line.recv(65536)
        if not more:
            return None
        body += more
    path, _, query = target.partition("?")
    return Request(method, path, tuple(parse_qsl(query, keep_blank_values=True)), headers, body)


def _raw(reply: Reply) -> tuple[bytes, int]:
    """Return the bytes of a reply, and how many of them are its head."""
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = "Unheard Of"
    names = {name.lower() for name, _ in reply.headers}
    lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in reply.headers)]
    if "content-length" not in names and "transfer-encoding" not in names:
        lines.append(f"Content-Length: {len(reply.body)}")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    return head + reply.body, len(head)
