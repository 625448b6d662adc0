"""Checks of the way to IonQ's API: network settings, name lookup, connection, encryption, and a reply without a key."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ionq_tui.api import operations
from ionq_tui.api.certificates import KEY_LOG, trusted_by
from ionq_tui.api.dashboard_runner import dashboard_runner
from ionq_tui.api.errors import IonQError, NetworkSettingError, fault_of_error
from ionq_tui.api.flows import Result
from ionq_tui.api.network import Network, network_of
from ionq_tui.api.operations import Operation
from ionq_tui.api.probe import Hop, connect, first_hop, look_up, shake_hands
from ionq_tui.api.runner import Runner
from ionq_tui.credentials.time_limit import bounded
from ionq_tui.model.address import API_PATH, other_version
from ionq_tui.model.check import Check, note, ok, problem, skipped
from ionq_tui.model.key import ApiKey
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.view.amount import counted
from ionq_tui.view.doctor import fault_parts
from ionq_tui.view.sanitize import plain
from ionq_tui.wiring import patience

T = TypeVar("T")

SECONDS = 4.0
"""Time limit of each step and of each request."""
_NEVER_ANSWERED = {FaultKind.OFFLINE, FaultKind.TIMEOUT, FaultKind.CERTIFICATE, FaultKind.PROXY, FaultKind.SETTING}
_STEPS = ("dns", "tcp", "tls", "http", "version")


@dataclass
class Way:
    """What was found on the way to the server."""

    base_url: str
    checks: list[Check] = field(default_factory=list)
    network: Network | None = None
    """None if the network settings cannot be used."""
    answered: bool = False
    """True if the server replied to a request, whatever it said."""
    keyless: Runner | None = None
    """The runner of that request."""
    dated: bool = False
    """True if a reply told the server's time."""

    def runner(self, key: ApiKey | None, refused_advice: Callable[[], str] = str) -> Runner:
        """Return a runner that sends only requests that change nothing, with a short time limit."""
        return dashboard_runner(
            self.base_url,
            key,
            read_only=True,
            patience=patience(),
            network=self.network,
            seconds=SECONDS,
            refused_advice=refused_advice,
        )

    async def ask(self, runner: Runner, operation: Operation[T]) -> Result[T]:
        """Send one request, and note whether its reply was dated."""
        result = await runner.ask(operation)
        self.dated = self.dated or result.date is not None
        return result


async def find_way(base_url: str, environ: Mapping[str, str] = os.environ) -> Way:
    """Go step by step to the server; after a step that fails, the later ones are skipped."""
    way = Way(base_url)
    await _walk(way, environ)
    done = {check.name for check in way.checks}
    missing = [f"network.{step}" for step in _STEPS if f"network.{step}" not in done]
    way.checks += [skipped(name, "not checked: an earlier step failed") for name in missing]
    return way


async def _walk(way: Way, environ: Mapping[str, str]) -> None:
    way.network = network = await _settings(way, environ)
    if network is None:
        return
    hop = first_hop(way.base_url, network)
    way.checks.append(ok("network.proxy", "none" if hop.proxy is None else hop.proxy.named))
    named = f"the name {hop.host}" if hop.proxy is None else f"the name {hop.host} of the proxy"
    found = await _in_time(lambda: look_up(hop))
    if isinstance(found, Fault):
        fix = "check the network, the name, and this machine's DNS; behind a proxy set HTTPS_PROXY"
        way.checks.append(problem("network.dns", f"{named} cannot be looked up ({plain(found.words, 200)})", fix))
        return
    many = f"{found} address{'' if found == 1 else 'es'}"
    way.checks.append(ok("network.dns", f"{hop.host} is an address" if hop.is_address else f"{named} has {many}"))
    if await _connected(way, hop, network):
        await _asked(way)


async def _settings(way: Way, environ: Mapping[str, str]) -> Network | None:
    name = "network.settings"
    try:
        network = await bounded(lambda: network_of(way.base_url), SECONDS, "ionq-tui doctor")
    except NetworkSettingError as error:
        words, fix = fault_parts(fault_of_error(error))
        way.checks.append(problem(name, words, f"{fix} ({error.variable})" if error.variable else fix))
        return None
    except TimeoutError:
        way.checks.append(problem(name, "the certificates could not be read in time", "check SSL_CERT_FILE"))
        return None
    if environ.get(KEY_LOG):
        words = f"{KEY_LOG} is set: who reads that file can decrypt the connection, and with it the API key"
        way.checks.append(note(name, words, f"unset {KEY_LOG}"))
    elif network.tls is None:
        way.checks.append(ok(name, "plain http to this machine, which needs no certificates"))
    else:
        way.checks.append(ok(name, f"certificates: {trusted_by(environ) or 'certifi'}"))
    return network


async def _connected(way: Way, hop: Hop, network: Network) -> bool:
    """Check connection and encryption; return whether a request can be sent."""
    limit = SECONDS * patience()
    opened = await _in_time(lambda: connect(hop, limit))
    place = f"{hop.host}, port {hop.port}"
    if isinstance(opened, Fault):
        words, fix = f"no connection to {place} ({plain(opened.words, 200)})", "check the network and its firewall"
        if hop.proxy is not None:
            words, fix = f"no connection to {hop.proxy.named} ({plain(opened.words, 200)})", "check the proxy"
        elif way.base_url.startswith("http:"):
            fix = "start the server there, or unset IONQ_API_URL"
        way.checks.append(problem("network.tcp", words, fix))
        return False
    way.checks.append(ok("network.tcp", f"connected to {place}"))
    return await _encrypted(way, hop, network, opened)


async def _encrypted(way: Way, hop: Hop, network: Network, connection: socket.socket) -> bool:
    name, tls = "network.tls", network.tls
    if tls is None or not hop.encrypted:
        connection.close()
        told = "not used: plain http to this machine" if tls is None else "checked with the request, behind the proxy"
        way.checks.append(ok(name, told))
        return True
    limit = SECONDS * patience()
    shaken = await _in_time(lambda: shake_hands(hop, connection, tls, limit))
    if isinstance(shaken, Fault):
        way.checks.append(problem(name, *fault_parts(shaken)))
        return False
    by = f", certificate by {plain(shaken.issuer, 60)}" if shaken.issuer else ""
    until = f", valid until {plain(shaken.valid_until, 40)}" if shaken.valid_until else ""
    way.checks.append(ok(name, f"{shaken.version}{by}{until}"))
    return True


async def _asked(way: Way) -> None:
    """Ask for the backends, which needs no key."""
    way.keyless = way.runner(None)
    result = await way.ask(way.keyless, operations.list_backends())
    backends = answer_of(result)
    if isinstance(backends, Fault):
        fault = backends
        way.answered = fault.kind not in _NEVER_ANSWERED
        way.checks.append(problem("network.http", *fault_parts(fault, "backends")))
        return
    way.answered = True
    took = f"{(result.received_at - result.sent_at) * 1000:.0f} ms"
    way.checks.append(ok("network.http", f"GET /backends: {counted(len(backends), 'backend')} in {took}"))
    version = API_PATH.strip("/")
    if hint := other_version(way.base_url):
        way.checks.append(note("network.version", hint, f"set IONQ_API_URL to a URL that ends in {API_PATH}"))
    else:
        way.checks.append(ok("network.version", f"API {version}"))


def answer_of(result: Result[T]) -> T | Fault:
    """Return the value of a result, or its error as a fault."""
    if result.value is None:
        return fault_of_error(result.error or IonQError("no reply"))
    return result.value


async def _in_time(call: Callable[[], T]) -> T | Fault:
    """Run a blocking step in a thread that is given up after the time limit."""
    limit = SECONDS * patience()
    try:
        return await bounded(call, limit, "ionq-tui doctor")
    except TimeoutError:
        return Fault(FaultKind.TIMEOUT, f"no answer within {limit:g} s")
