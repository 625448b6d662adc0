"""The library's names, signatures and errors compared with the official client's."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable

import httpx
import ionq_core
import ionq_core.exceptions
import pytest
from ionq_core.client import AuthenticatedClient

import ionq_tui
from ionq_tui import IonQClient, IonQError, MissingKeyError, SessionManager
from tests.contract.both import KEY, refusal, world_of

THEIR_ERRORS = [*ionq_core.exceptions.__all__, "JobFailedError", "JobTimeoutError"]
MANAGER = ["from_id", "open", "close", "status", "async_open", "async_close", "async_status"]
MANAGER += ["__enter__", "__exit__", "__aenter__", "__aexit__"]
STRICTER = ["end", "details", "jobs", "remaining"]
CLIENT = ["whoami", "backends", "backend", "sessions", "session", "create_session", "end_session"]
CLIENT += ["session_jobs", "job", "job_cost", "cancel_job", "clone_job"]


def test_every_public_name_is_there_and_no_other() -> None:
    assert set(ionq_tui.__all__) == {
        *("IonQClient", "SessionManager", "__version__", *THEIR_ERRORS),
        *("MissingKeyError", "InvalidLimitError", "SessionUncertain", "CloneUncertain"),
        *("wait_for_job", "async_wait_for_job", "iter_jobs", "aiter_jobs", "iter_session_jobs", "aiter_session_jobs"),
    }
    for name in ionq_tui.__all__:
        assert getattr(ionq_tui, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = ionq_tui.Nonsense


def test_importing_the_package_loads_no_http_client() -> None:
    code = (
        "import sys, ionq_tui; ionq_tui.__version__; print(sorted({'httpx', 'textual', 'keyring'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("name", MANAGER)
def test_the_managers_methods_take_what_theirs_take(name: str) -> None:
    theirs = inspect.signature(getattr(ionq_core.SessionManager, name))
    ours = inspect.signature(getattr(SessionManager, name))
    if name.endswith("exit__"):
        assert len(ours.parameters) == 4
    else:
        assert list(ours.parameters) == list(theirs.parameters)
    is_async = inspect.iscoroutinefunction
    assert is_async(getattr(SessionManager, name)) == is_async(getattr(ionq_core.SessionManager, name))


def test_the_manager_is_made_as_theirs_with_two_keywords_more() -> None:
    theirs = dict(inspect.signature(ionq_core.SessionManager).parameters)
    ours = dict(inspect.signature(SessionManager).parameters)
    assert list(ours) == [*theirs, "end_on_signals", "journal"]
    for name, parameter in theirs.items():
        assert (ours[name].kind, ours[name].default) == (parameter.kind, parameter.default)
    assert (ours["end_on_signals"].default, ours["journal"].default) == (False, True)
    assert all(ours[name].kind is inspect.Parameter.KEYWORD_ONLY for name in ("end_on_signals", "journal"))
    assert isinstance(SessionManager.session_id, property)


@pytest.mark.parametrize(("owner", "names"), [(SessionManager, STRICTER), (IonQClient, CLIENT)])
def test_every_method_has_an_async_twin_that_takes_the_same(owner: type, names: list[str]) -> None:
    for name in names:
        twin = getattr(owner, f"async_{name}")
        own = inspect.signature(getattr(owner, name))
        assert own.parameters == inspect.signature(twin).parameters
        assert inspect.iscoroutinefunction(twin) or inspect.isasyncgenfunction(twin) or name in ("jobs", "session_jobs")


def test_the_client_takes_what_theirs_takes() -> None:
    ours = dict(inspect.signature(IonQClient).parameters)
    theirs = dict(inspect.signature(ionq_core.IonQClient).parameters)
    assert theirs.pop("kwargs").kind is ours.pop("refused").kind is inspect.Parameter.VAR_KEYWORD
    assert list(ours)[: len(theirs)] == list(theirs)
    passed_on = inspect.signature(AuthenticatedClient).parameters
    for name, parameter in ours.items():
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
        if name == "base_url":  # None is the environment's, which theirs does not read
            assert parameter.default is None
        elif name in theirs:
            assert parameter.default == theirs[name].default
        elif name != "headers":  # theirs makes a new dictionary for each client
            assert parameter.default == passed_on[name].default


@pytest.mark.parametrize("name", THEIR_ERRORS)
def test_the_error_trees_are_alike(name: str) -> None:
    theirs, ours = getattr(ionq_core, name), getattr(ionq_tui, name)
    names = [kind.__name__ for kind in theirs.__mro__ if kind.__module__.startswith("ionq_core")]
    own = [kind.__name__ for kind in ours.__mro__ if kind.__module__ == "ionq_tui.api.errors"]
    assert [name for name in own if name in names] == names
    if issubclass(ours, ionq_tui.APIError | ionq_tui.JobFailedError | ionq_tui.JobTimeoutError):
        assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)


def test_their_errors_hold_what_ours_hold() -> None:
    theirs = ionq_core.exceptions.RateLimitError(429, {"a": 1}, None, 7.0, request_id="r")
    ours = ionq_tui.RateLimitError(429, {"a": 1}, None, 7.0, request_id="r")
    assert vars(ours) == vars(theirs) and str(ours) == str(theirs) == "HTTP 429"


@pytest.mark.parametrize("name", ["MissingKeyError", "InvalidLimitError", "SessionUncertain", "CloneUncertain"])
def test_what_is_ours_beside_them_is_an_ionq_error_too(name: str) -> None:
    assert issubclass(getattr(ionq_tui, name), IonQError)


def test_key_and_url_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingKeyError, match="IONQ_API_KEY") as caught:
        IonQClient()
    assert isinstance(caught.value, ValueError)
    with world_of() as world:
        monkeypatch.setenv("IONQ_API_KEY", KEY)
        monkeypatch.setenv("IONQ_API_URL", world.url + "/")
        with IonQClient() as client:
            client.whoami()
        with IonQClient(api_key="another-key") as client:
            client.whoami()
        sent = [dict(one.headers)["authorization"] for one in world.taken()]
    assert sent == [f"apiKey {KEY}", "apiKey another-key"]
    assert repr(IonQClient(base_url="https://other.example")) == "IonQClient('https://other.example')"
    monkeypatch.delenv("IONQ_API_URL")
    assert repr(IonQClient()) == "IonQClient('https://api.ionq.co/v0.4')"


@pytest.mark.parametrize(
    "url",
    ["http://api.ionq.co/v0.4", "ftp://x", "nonsense", "https://user:sesame@x.example", "https://", "http://[::1"],
)
def test_a_url_that_must_not_get_a_key_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IonQError) as caught:
        IonQClient(api_key=KEY, base_url=url)
    assert "sesame" not in str(caught.value) and KEY not in str(caught.value)
    monkeypatch.setenv("IONQ_API_URL", url)
    with pytest.raises(IonQError):
        IonQClient(api_key=KEY)


@pytest.mark.parametrize("key", [" ", "a b", "line\nbreak", "kéy"])
def test_a_key_that_can_be_none_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(MissingKeyError) as caught:
        IonQClient(api_key=key)
    assert not key.strip() or key not in str(caught.value)


def test_the_key_stands_in_no_text_of_the_client() -> None:
    client = IonQClient(api_key=KEY, base_url="https://other.example")
    session = SessionManager(client, "qpu.forte-1")
    http = client.get_httpx_client()
    for one in (client, vars(client), session, vars(session), client.runner, vars(client.runner), http.headers):
        assert KEY not in repr(one) and KEY not in str(one)
    assert KEY not in repr(http) and KEY not in str(vars(http))
    client.close()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, httpx.Timeout(60.0, connect=10.0)),
        (5.0, httpx.Timeout(5.0)),
        (7, httpx.Timeout(7)),
        (httpx.Timeout(30.0, connect=3.0), httpx.Timeout(30.0, connect=3.0)),
    ],
)
def test_the_timeout_is_httpxs_or_seconds(given: httpx.Timeout | float | None, kept: httpx.Timeout) -> None:
    with IonQClient(api_key=KEY, base_url="http://127.0.0.1:9", timeout=given) as client:
        assert client.get_httpx_client().timeout == kept


@pytest.mark.parametrize(("retries", "times"), [(None, 3), (0, 1), (1, 2)])
def test_max_retries_counts_repetitions(retries: int | None, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with world_of() as world, world.ours(max_retries=retries) as client:
        world.bend = lambda _: refusal(503)
        with pytest.raises(ionq_tui.ServerError):
            client.whoami()
        assert world.asked() == ["GET /whoami"] * times


@pytest.mark.parametrize("bad", ["", "..", "a b", "x" * 300])
async def test_an_id_that_cannot_be_one_is_an_ionq_error(bad: str) -> None:
    with world_of() as world, world.ours() as client:
        for ask in (client.session, client.end_session, client.job, client.job_cost, client.cancel_job, client.backend):
            with pytest.raises(IonQError, match="malformed id"):
                ask(bad)
        with pytest.raises(IonQError, match="malformed id"):
            list(client.session_jobs(bad))
        with pytest.raises(IonQError, match="malformed id"):
            await client.async_end_session(bad)
        SessionManager.from_id(client, bad).close()
        assert world.asked() == []


def own_parameters(made: Callable[..., object]) -> set[str]:
    return set(inspect.signature(made).parameters) - {"refused", "self"}


@pytest.mark.parametrize("name", sorted(set(ionq_tui.__all__) - {"__version__"}))
def test_each_name_explains_its_arguments_attributes_and_errors(name: str) -> None:
    made = getattr(ionq_tui, name)
    words = vars(made).get("__doc__") if isinstance(made, type) else made.__doc__
    assert words, "it has none of its own"
    if words.startswith("Async version of `"):
        twin = words.split("`")[1]
        assert own_parameters(made) == own_parameters(getattr(ionq_tui, twin))
        return
    if isinstance(made, type) and issubclass(made, IonQError):
        (theirs,) = [kind for kind in made.__mro__ if "__init__" in vars(kind)][:1]
        told = "".join(kind.__doc__ or "" for kind in made.__mro__ if kind.__module__ == made.__module__)
        missing = {one for one in own_parameters(theirs.__init__) - {"args", "message"} if f"`{one}`" not in told}  # type: ignore[misc]
        assert not missing
        return
    assert {one for one in own_parameters(made) if f"`{one}`" not in words} <= OF_THE_OTHER.get(name, set())
    assert "Raises " in words or name in OF_THE_OTHER


OF_THE_OTHER = {"iter_session_jobs": {"client", "status", "target", "submitter_id", "limit"}}
"""Explained by `iter_jobs`, to which its docstring points."""
