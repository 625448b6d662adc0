"""API key sources in order of precedence: environment, key command, keyring. Without a key, the user is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from ionq_tui.model.key import ApiKey, FoundKey, NoKey
from ionq_tui.model.key_source import KeySource, KeyWays
from ionq_tui.model.quick_dataclass import quick_dataclass

# Imported only when needed: with a key in the environment, the first session list must not wait for them.
if TYPE_CHECKING:
    from ionq_tui.credentials.keyring_store import KeyringStore, ReadOutcome

VARIABLE = "IONQ_API_KEY"


class KeyRequest(Protocol):
    """The profile and host for which a key is needed, and the profile's key settings."""

    @property
    def profile(self) -> str:
        """The profile's name."""
        ...

    @property
    def profile_named(self) -> bool:
        """True if the profile was named on the command line. The environment's key is then ignored."""
        ...

    @property
    def host(self) -> str:
        """The host that requests go to."""
        ...

    @property
    def key_command(self) -> str:
        """The profile's key command, empty if it has none."""
        ...

    @property
    def key_command_host(self) -> str:
        """The host that the key command's key is for."""
        ...


@quick_dataclass(frozen=True, slots=True)
class AuthStatus:
    """The facts that `ionq-tui auth status` shows."""

    key: FoundKey | NoKey
    keyring: ReadOutcome | None
    """The keyring's answer; None if it was not asked, since a key came from another source."""

    @property
    def masked(self) -> str:
        """The key that would be used, masked; empty if there is none."""
        return self.key.key.masked if isinstance(self.key, FoundKey) else ""

    @property
    def backend(self) -> str:
        """The name of the keyring that answered; empty if none did."""
        from ionq_tui.credentials.keyring_store import Absent, Found, WrongHost

        return self.keyring.backend if isinstance(self.keyring, Found | Absent | WrongHost) else ""


async def find_key(
    wanted: KeyRequest, environ: Mapping[str, str], keyring_store: KeyringStore | None = None
) -> FoundKey | NoKey:
    """Return the key from the first source that is set. If that source has an invalid key, no other source is tried."""
    return (await auth_status(wanted, environ, keyring_store)).key


async def auth_status(
    wanted: KeyRequest, environ: Mapping[str, str], keyring_store: KeyringStore | None = None
) -> AuthStatus:
    """Return which source is used, and what the keyring said if it was asked. The default is the system's keyring."""
    given = environ.get(VARIABLE, "")
    match before_keyring(wanted, environ):
        case KeySource.ENVIRONMENT:
            return AuthStatus(_from_environment(given, wanted), None)
        case KeySource.COMMAND:
            return AuthStatus(await _from_command(wanted, environ), None)
    from ionq_tui.credentials.keyring_store import Found, KeyringStore

    notes = _skipped_sources(wanted, given)
    outcome = await (keyring_store or KeyringStore()).read(wanted.profile, wanted.host)
    if isinstance(outcome, Found):
        return AuthStatus(FoundKey(outcome.key, KeySource.KEYRING), outcome)
    return AuthStatus(_no_key(wanted, notes, outcome), outcome)


def before_keyring(wanted: KeyRequest, environ: Mapping[str, str]) -> KeySource | None:
    """Return the source that takes precedence over the keyring; None if there is none."""
    if environ.get(VARIABLE) and not wanted.profile_named:
        return KeySource.ENVIRONMENT
    if wanted.key_command and wanted.key_command_host == wanted.host:
        return KeySource.COMMAND
    return None


def passed_over(wanted: KeyRequest, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return one sentence for each source that is set but not used, whichever one is."""
    given = environ.get(VARIABLE, "")
    match before_keyring(wanted, environ):
        case KeySource.ENVIRONMENT:
            unused = f"the key command of profile {wanted.profile} is not run, since {VARIABLE} takes precedence"
            return (unused,) if wanted.key_command else ()
        case KeySource.COMMAND:
            return _skipped_sources(wanted, given)[: 1 if given else 0]
    return _skipped_sources(wanted, given)


def _skipped_sources(wanted: KeyRequest, given: str) -> tuple[str, ...]:
    notes = []
    if given:
        notes.append(f"{VARIABLE} is set, but ignored because profile {wanted.profile} was given")
    if wanted.key_command:
        notes.append(
            f"the key command of profile {wanted.profile} was not run: it is for {wanted.key_command_host}, "
            f"not for {wanted.host}. Give the profile that url, or unset IONQ_API_URL"
        )
    return tuple(notes)


def _from_environment(given: str, wanted: KeyRequest) -> FoundKey | NoKey:
    try:
        return FoundKey(ApiKey(given), KeySource.ENVIRONMENT)
    except ValueError as error:
        words = f"{VARIABLE} is set, but {error}. Set it again or unset it"
        return NoKey((words,), _ways(wanted), failed=KeySource.ENVIRONMENT)


async def _from_command(wanted: KeyRequest, environ: Mapping[str, str]) -> FoundKey | NoKey:
    from ionq_tui.credentials.key_command import CommandFailed, key_from

    try:
        return FoundKey(await key_from(wanted.key_command, environ), KeySource.COMMAND)
    except CommandFailed as failed:
        words = f"profile {wanted.profile}: {failed}"
        return NoKey((words,), _ways(wanted), failed=KeySource.COMMAND)


def _no_key(wanted: KeyRequest, notes: tuple[str, ...], outcome: ReadOutcome) -> NoKey:
    from ionq_tui.credentials.keyring_store import Broken, Locked, WrongHost

    match outcome:
        case WrongHost(host=host):
            words = f"the key in the keyring is for {host}; it is not sent to {wanted.host}"
            return NoKey((*notes, words), _ways(wanted, usable=True), failed=KeySource.KEYRING)
        case Locked(words=words, help=help_lines):
            ways = _ways(wanted, words=words, help_lines=help_lines)
            return NoKey((*notes, words), ways, failed=KeySource.KEYRING)
        case Broken(words=words, help=help_lines):
            return NoKey((*notes, words), _ways(wanted, words=words, help_lines=help_lines))
        case _:
            return NoKey(notes, _ways(wanted, usable=True))


def _ways(wanted: KeyRequest, *, usable: bool = False, words: str = "", help_lines: tuple[str, ...] = ()) -> KeyWays:
    return KeyWays(
        profile=wanted.profile,
        host=wanted.host,
        reads_environment=not wanted.profile_named,
        keyring_usable=usable,
        keyring_words=words,
        keyring_help=tuple(one for one in help_lines if not (wanted.profile_named and VARIABLE in one)),
    )
