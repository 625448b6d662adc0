"""The ways in which whatever is read fails, while what the journal knows holds."""

from __future__ import annotations

from dataclasses import dataclass

from tests.faults.fault import PROXY_PAGE, Fault, Operation, Stage, refused
from tests.faults.server import SOUND, FaultServer

_JSON = (("Content-Type", "application/json"),)
_GETS = (Operation.LIST, Operation.STATUS, Operation.BACKENDS, Operation.OTHER)
QUICK = 0.1
"""The factor on pauses and time-outs where every request is answered: 2 s are not met by accident."""
PATIENT = 0.6
"""The same where none is: a time-out of 12 s stands well behind the moment by which an end must have been posted."""


@dataclass(frozen=True)
class Reads:
    """What becomes of readings; ends are carried out and answered, unless the server is away or the key revoked."""

    name: str
    hit: tuple[Operation, ...] = (Operation.LIST,)
    fault: Fault = SOUND
    away: bool = False
    """True where nobody listens."""
    revoked: bool = False
    hanging: bool = False

    @property
    def scale(self) -> float:
        """The factor on every pause and time-out of the product."""
        return PATIENT if self.hanging else QUICK

    @property
    def ends(self) -> bool:
        """True where an end that is posted is confirmed."""
        return not (self.away or self.revoked)

    def begin(self, server: FaultServer) -> None:
        """Let readings fail from now on."""
        if self.away:
            server.vanish()
        for operation in self.hit:
            server.arm(operation, self.fault)

    def begin_below_a_form(self, server: FaultServer) -> None:
        """Let everything fail but the list of backends, without which there is no form; who is away answers 503."""
        for operation in _GETS if self.away else self.hit:
            server.arm(operation, _BUSY if self.away else self.fault)
        server.arm(Operation.BACKENDS, SOUND)


def _empty(server: FaultServer) -> bytes:
    return b'{"organization_id":"%s","sessions":[]}' % server.cloud.organization_id.encode()


@dataclass(frozen=True)
class _Empty(Reads):
    def begin(self, server: FaultServer) -> None:
        server.arm(Operation.LIST, Fault("empty", status=200, body=_empty(server), headers=_JSON))

    def begin_below_a_form(self, server: FaultServer) -> None:
        self.begin(server)


_BUSY = Fault("503", status=503, body=PROXY_PAGE)
_STRANGE = b'{"organization_id":7,"sessions":[{"id":7,"status":[],"backend":{},"active":"maybe"}]}'

READS = (
    Reads("all is well", ()),
    _Empty("list empty"),
    Reads("503 on every GET", _GETS, _BUSY),
    Reads("every GET hangs", _GETS, Fault("hangs", Stage.SILENT), hanging=True),
    Reads("list is HTML", fault=Fault("HTML", status=200, body=PROXY_PAGE)),
    Reads("list of wrong types", fault=Fault("wrong types", status=200, body=_STRANGE, headers=_JSON)),
    Reads("offline", (), away=True),
    Reads(
        "key revoked",
        (*_GETS, Operation.OPEN, Operation.END),
        Fault("401", status=401, body=refused(401), headers=_JSON, carried_out=False),
        revoked=True,
    ),
)
