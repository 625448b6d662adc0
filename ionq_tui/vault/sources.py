"""Which source of a key wins: the environment, the profile's key command, the keyring; else the user is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ionq_tui.model.key import ApiKey
from ionq_tui.model.key_source import KeySource, KeyWays

# Loaded only where they are asked: the key of the environment comes first, and with it the first list.
if TYPE_CHECKING:
    from ionq_tui.vault.ring import ReadOutcome, Ring

VARIABLE = "IONQ_API_KEY"


class Wanted(Protocol):
    """For whom and where a key is wanted, and what the profile says of it."""

    @property
    def profile(self) -> str:
        """The profile's name."""
        ...

    @property
    def profile_named(self) -> bool:
        """True where it was named on the command line: then the environment's key is passed over."""
        ...

    @property
    def host(self) -> str:
        """Where requests go."""
        ...

    @property
    def key_command(self) -> str:
        """The profile's key command, empty where there is none."""
        ...

    @property
    def key_command_host(self) -> str:
        """The host that the key command's key is for."""
        ...


@dataclass(frozen=True, slots=True)
class KeyFound:
    """The key, and where it came from."""

    key: ApiKey
    source: KeySource


@dataclass(frozen=True, slots=True)
class KeyMissing:
    """No source gave a key: what was wrong, and what is possible here."""

    words: tuple[str, ...]
    """Sentences to show; empty where nothing is wrong and no key was ever given."""
    ways: KeyWays
    failed: KeySource | None = None
    """The source that should have won but gave no usable key; None where all were simply empty."""

    @property
    def offers_keyring(self) -> bool:
        """True where a typed key can be kept in the keyring."""
        return self.ways.keyring_usable


@dataclass(frozen=True, slots=True)
class AuthStatus:
    """The facts that `ionq-tui auth status` tells."""

    key: KeyFound | KeyMissing
    keyring: ReadOutcome | None
    """What the keyring answered; None where it was not asked, since a key came from elsewhere."""

    @property
    def masked(self) -> str:
        """The key that would be used, masked; empty where there is none."""
        return self.key.key.masked if isinstance(self.key, KeyFound) else ""

    @property
    def backend(self) -> str:
        """The name of the keyring that answered; empty where none did."""
        from ionq_tui.vault.ring import Absent, Found, WrongHost

        return self.keyring.backend if isinstance(self.keyring, Found | Absent | WrongHost) else ""


async def find_key(wanted: Wanted, environ: Mapping[str, str], ring: Ring | None = None) -> KeyFound | KeyMissing:
    """Return the key of the first source that has one; a source that has a bad one is not passed over."""
    return (await auth_status(wanted, environ, ring)).key


async def auth_status(wanted: Wanted, environ: Mapping[str, str], ring: Ring | None = None) -> AuthStatus:
    """Tell which source wins and what the keyring (None is the system's) said, where it had to be asked."""
    given = environ.get(VARIABLE, "")
    match before_keyring(wanted, environ):
        case KeySource.ENVIRONMENT:
            return AuthStatus(_from_environment(given, wanted), None)
        case KeySource.COMMAND:
            return AuthStatus(await _from_command(wanted, environ), None)
    from ionq_tui.vault.ring import Found, Ring

    notes = _passed_over(wanted, given)
    outcome = await (ring or Ring()).read(wanted.profile, wanted.host)
    if isinstance(outcome, Found):
        return AuthStatus(KeyFound(outcome.key, KeySource.KEYRING), outcome)
    return AuthStatus(_without(wanted, notes, outcome), outcome)


def before_keyring(wanted: Wanted, environ: Mapping[str, str]) -> KeySource | None:
    """Return the source that wins over the keyring, None where there is none."""
    if environ.get(VARIABLE) and not wanted.profile_named:
        return KeySource.ENVIRONMENT
    if wanted.key_command and wanted.key_command_host == wanted.host:
        return KeySource.COMMAND
    return None


def _passed_over(wanted: Wanted, given: str) -> tuple[str, ...]:
    notes = []
    if given:
        notes.append(f"{VARIABLE} is set, but passed over since the profile {wanted.profile} was named")
    if wanted.key_command:
        notes.append(
            f"the key command of profile {wanted.profile} was not run: it is for {wanted.key_command_host}, "
            f"not for {wanted.host}. Give the profile that url, or unset IONQ_API_URL"
        )
    return tuple(notes)


def _from_environment(given: str, wanted: Wanted) -> KeyFound | KeyMissing:
    try:
        return KeyFound(ApiKey(given), KeySource.ENVIRONMENT)
    except ValueError as error:
        words = f"{VARIABLE} is set, but {error}. Set it anew or unset it"
        return KeyMissing((words,), _ways(wanted), failed=KeySource.ENVIRONMENT)


async def _from_command(wanted: Wanted, environ: Mapping[str, str]) -> KeyFound | KeyMissing:
    from ionq_tui.vault.command import CommandFailed, key_from

    try:
        return KeyFound(await key_from(wanted.key_command, environ), KeySource.COMMAND)
    except CommandFailed as failed:
        words = f"profile {wanted.profile}: {failed}"
        return KeyMissing((words,), _ways(wanted), failed=KeySource.COMMAND)


def _without(wanted: Wanted, notes: tuple[str, ...], outcome: ReadOutcome) -> KeyMissing:
    from ionq_tui.vault.ring import Broken, Locked, WrongHost

    match outcome:
        case WrongHost(host=host):
            words = f"the key in the keyring is for {host}; it is not sent to {wanted.host}"
            return KeyMissing((*notes, words), _ways(wanted, usable=True), failed=KeySource.KEYRING)
        case Locked(words=words, help=help_lines):
            ways = _ways(wanted, words=words, help_lines=help_lines)
            return KeyMissing((*notes, words), ways, failed=KeySource.KEYRING)
        case Broken(words=words, help=help_lines):
            return KeyMissing((*notes, words), _ways(wanted, words=words, help_lines=help_lines))
        case _:
            return KeyMissing(notes, _ways(wanted, usable=True))


def _ways(wanted: Wanted, *, usable: bool = False, words: str = "", help_lines: tuple[str, ...] = ()) -> KeyWays:
    return KeyWays(
        profile=wanted.profile,
        host=wanted.host,
        reads_environment=not wanted.profile_named,
        has_command=bool(wanted.key_command),
        keyring_usable=usable,
        keyring_words=words,
        keyring_help=help_lines,
    )
