"""The table of faults; one row, one way to go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.faults.fault import CERTAIN, PROXY_PAGE, Colleague, Fault, Operation, Stage, refused

OPENED = frozenset({"opened"})
FOUND = frozenset({"adopted", "uncertain"})
"""Adopted by a face that knows which creator id is ours, asked about by one that does not."""
ASKED = frozenset({"uncertain"})
REFUSED = frozenset({"refused"})
ENDED = frozenset({"ended"})
NOT_PROVED = frozenset({"not proved"})
_JSON = (("Content-Type", "application/json"),)
_OTHER = (
    b'{"id":"0193aaaa-0000-7000-8000-00000000beef","status":"ended","ended_at":"2026-11-22T12:00:00Z","active":false}'
)

CUTS = (
    Fault("reset before reading", Stage.UNREAD, carried_out=False, claims=ASKED),
    Fault("nobody listens", Stage.GONE, carried_out=False, claims=REFUSED),
    Fault("closed after reading, carried out", Stage.NO_REPLY, claims=FOUND),
    Fault("closed after reading, not carried out", Stage.NO_REPLY, carried_out=False, claims=ASKED),
    Fault("reset after it was carried out", Stage.RESET, claims=FOUND),
    Fault("cut in mid-headers, carried out", Stage.MID_HEADERS, claims=FOUND),
    Fault("cut in mid-headers, not carried out", Stage.MID_HEADERS, carried_out=False, claims=ASKED),
    Fault("cut in mid-body, carried out", Stage.MID_BODY, claims=FOUND),
    Fault("cut in mid-body, not carried out", Stage.MID_BODY, carried_out=False, claims=ASKED),
    Fault("never a reply, carried out", Stage.SILENT, claims=FOUND),
    Fault("never a reply, not carried out", Stage.SILENT, carried_out=False, claims=ASKED),
    Fault("slow drip, carried out", Stage.DRIP, claims=FOUND),
)
REPLIES = (
    Fault("success that is HTML", status=201, body=PROXY_PAGE, claims=FOUND),
    Fault("success that is half JSON", status=201, body=b'{"id":"0193', headers=_JSON, claims=FOUND),
    Fault("success without an id", status=201, body=b'{"status":"created"}', headers=_JSON, claims=FOUND),
    Fault("success that is a list", status=200, body=b"[]", headers=_JSON, claims=FOUND),
    Fault("success that is empty", status=204, body=b"", claims=FOUND),
    Fault("success in an encoding not asked for", headers=(("Content-Encoding", "br"),), claims=FOUND),
    Fault("success that cannot be decompressed", headers=(("Content-Encoding", "gzip"),), claims=FOUND),
    Fault("success with a length of letters", headers=(("Content-Length", "many"),), claims=FOUND),
    Fault("success in chunks that are none", headers=(("Transfer-Encoding", "chunked"),), claims=FOUND),
    Fault("redirect, carried out", status=307, headers=(("Location", "/v0.4/sessions"),), claims=FOUND),
    Fault("redirect to another host", status=302, headers=(("Location", "http://other.example/"),), claims=FOUND),
    Fault("redirect, not carried out", carried_out=False, status=308, headers=(("Location", "/"),), claims=ASKED),
    Fault("a status never heard of", status=799, body=PROXY_PAGE, claims=FOUND),
)


STRANGE = tuple(
    Fault(f"{name}, carried out", raw=raw, claims=FOUND)
    for name, raw in (
        ("no HTTP at all", b"SSH-2.0-OpenSSH_9.6\r\n"),
        ("a status of letters", b"HTTP/1.1 OK created\r\n\r\n"),
        ("HTTP of another age", b"HTTP/0.9 201 Created\r\n\r\n{}"),
        ("bytes of no alphabet in a header", b"HTTP/1.1 201 Created\r\nX-\xff: \xfe\r\nContent-Length: 2\r\n\r\n{}"),
        ("a zero byte in a header", b"HTTP/1.1 201 Created\r\nX: a\0b\r\nContent-Length: 2\r\n\r\n{}"),
        ("strange bytes in a location", b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\nContent-Length: 0\r\n\r\n"),
        ("headers without end", b"HTTP/1.1 201 Created\r\n" + b"X: y\r\n" * 40_000),
        ("a negative length", b"HTTP/1.1 201 Created\r\nContent-Length: -1\r\n\r\n{}"),
        ("two lengths", b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
        ("another protocol", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
        ("go on, and then nothing", b"HTTP/1.1 100 Continue\r\n\r\n"),
        ("a date beyond all time", b"HTTP/1.1 201 Created\r\nDate: 99 Xxx 99999\r\nContent-Length: 2\r\n\r\n{}"),
        ("a wait without end", b"HTTP/1.1 503 No\r\nRetry-After: 9e999\r\nContent-Length: 2\r\n\r\n{}"),
    )
)


def by_status(*statuses: int) -> Iterator[Fault]:
    """Statuses with the API's own words or a proxy's page, the request carried out or not."""
    for status in statuses:
        page, words = PROXY_PAGE, refused(status)
        yield Fault(f"{status}, a proxy's page, carried out", status=status, body=page, claims=FOUND)
        yield Fault(
            f"{status}, a proxy's page, not carried out", carried_out=False, status=status, body=page, claims=ASKED
        )
        yield Fault(
            f"{status}, the API's own words, not carried out",
            carried_out=False,
            status=status,
            body=words,
            headers=_JSON,
            claims=REFUSED if status in CERTAIN else ASKED,
        )
        if status not in CERTAIN:
            yield Fault(f"{status}, the API's own words, carried out", status=status, body=words, claims=FOUND)


USUAL = tuple(by_status(400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 502, 503, 504, 520, 524))
"""Statuses that APIs and proxies send."""
EVERY = tuple(by_status(*range(400, 600)))
LATE = (
    *(
        Fault(f"closed after reading, visible {seconds:g} s late", Stage.NO_REPLY, late=seconds, claims=FOUND)
        for seconds in (0.1, 1.0, 5.0)
    ),
    Fault("closed after reading, visible a minute late", Stage.NO_REPLY, late=60.0, claims=ASKED),
    Fault("500, carried out, visible 5 s late", status=500, body=PROXY_PAGE, late=5.0, claims=FOUND),
)
_COLLEAGUE = Fault(
    "a colleague opens the same, reply lost", Stage.NO_REPLY, colleague=Colleague.OTHER_KEY, claims=FOUND
)
_SAME_KEY = replace(_COLLEAGUE, colleague=Colleague.SAME_KEY)
COMPANY = (
    _COLLEAGUE,
    replace(_COLLEAGUE, name="a colleague opens the same, ours 5 s late", late=5.0),
    replace(_COLLEAGUE, name="a colleague opens the same, ours not carried out", carried_out=False, claims=ASKED),
    Fault(
        "a colleague opens the same, ours refused",
        carried_out=False,
        status=422,
        body=refused(422),
        colleague=Colleague.OTHER_KEY,
        claims=REFUSED,
    ),
    replace(_SAME_KEY, name="the same key opens the same, reply lost", claims=ASKED),
    replace(_SAME_KEY, name="the same key opens the same, ours 5 s late", late=5.0, claims=ASKED),
    # From here on nobody can tell the two apart: of one key there is one such session, and it is not ours.
    replace(_SAME_KEY, name="the same key opens the same, ours a minute late", late=60.0),
    replace(_SAME_KEY, name="the same key opens the same, ours not carried out", carried_out=False),
    replace(
        _SAME_KEY,
        name="500, the same key opens the same, not carried out",
        stage=Stage.NONE,
        status=500,
        body=PROXY_PAGE,
        carried_out=False,
    ),
    Fault("the same key opens the same, all is well", colleague=Colleague.SAME_KEY, claims=OPENED),
)
BLIND = (
    Fault("reply lost, and looking fails too", Stage.NO_REPLY, blind=True, claims=ASKED),
    Fault("503, carried out, and looking fails too", status=503, body=PROXY_PAGE, blind=True, claims=ASKED),
)
DIFFERENT = tuple(
    Fault(f"opened, {name}", other_settings=((member, value),), claims=OPENED)
    for name, member, value in (
        ("without the limits that were asked for", "settings", None),
        ("one limit is missing", "settings", {"duration_limit_min": 30}),
        ("a limit is higher", "settings", {"job_count_limit": 3, "duration_limit_min": 480}),
        ("a limit is lower", "settings", {"job_count_limit": 1, "duration_limit_min": 30}),
        (
            "a limit was added",
            "settings",
            {"job_count_limit": 3, "duration_limit_min": 30, "cost_limit": {"value": 5, "unit": "credit"}},
        ),
        ("a limit is a string", "settings", {"job_count_limit": "3", "duration_limit_min": 30}),
        ("on another backend", "backend", "qpu.aria-1"),
    )
)
"""What came is not what was asked for: it is ours all the same, and that it differs is told."""
LOST_AND_DIFFERENT = tuple(
    replace(
        one, name=one.name.replace("opened", "reply lost", 1), stage=Stage.NO_REPLY, changed_in_lists=True, claims=ASKED
    )
    for one in DIFFERENT
)
"""The same where the reply is lost: what is new is asked about, and never said to have left no trace."""
SOUND = Fault("all is well", claims=OPENED)
TO_OPEN = (SOUND, *CUTS, *REPLIES, *STRANGE, *USUAL, *LATE, *COMPANY, *BLIND, *DIFFERENT, *LOST_AND_DIFFERENT)


def _ending(fault: Fault) -> Fault:
    seen = fault.carried_out and not fault.blind and fault.late < 16
    # A command says "refused" of an end that the server refused; whether it stands is the same question.
    return replace(fault, claims=ENDED if seen else NOT_PROVED | REFUSED)


TO_END = (
    *(_ending(fault) for fault in (SOUND, *CUTS, *REPLIES, *STRANGE, *USUAL, *LATE, *BLIND)),
    Fault("answers 200, then three readings say created", stale_readings=3, claims=ENDED),
    Fault("answers 200, not carried out", carried_out=False, claims=NOT_PROVED),
    Fault("answers 200 about another session", carried_out=False, body=_OTHER, claims=NOT_PROVED),
)
INACTIVE = Fault(
    "says active: false, which was never seen true",
    carried_out=False,
    body=b'{"id":"%s","status":"created","active":false}',
    claims=NOT_PROVED,
)
"""For whoever has not read the session before it is ended."""
TO_READ = tuple(
    replace(fault, claims=frozenset({"told"} if fault is SOUND else {"not told"}))
    for fault in (SOUND, *CUTS, *REPLIES, *STRANGE, *USUAL)
    if fault.carried_out or fault.stage in (Stage.UNREAD, Stage.GONE)
)
"""For a reading, what was carried out makes no difference."""

TABLE: dict[Operation, tuple[Fault, ...]] = {
    Operation.OPEN: TO_OPEN,
    Operation.END: TO_END,
    Operation.STATUS: TO_READ,
    Operation.LIST: TO_READ,
}
