"""An error of ours is an instance of the official client's error of the same name, where that client is loaded."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import ionq_core
import ionq_core.exceptions
import ionq_core.polling
import pytest
from ionq_core.api.default import get_session

import ionq_tui
from ionq_tui import IonQError
from ionq_tui.api.official_errors import ErrorRoot, OfficialErrors
from tests.contract.both import refusal, world_of

THEIRS = [*ionq_core.exceptions.__all__, *(name for name in ionq_core.polling.__all__ if name.endswith("Error"))]
BY_STATUS = {
    400: ionq_core.BadRequestError,
    401: ionq_core.AuthenticationError,
    403: ionq_core.PermissionDeniedError,
    404: ionq_core.NotFoundError,
    409: ionq_core.APIError,
    429: ionq_core.RateLimitError,
    503: ionq_core.ServerError,
}


@pytest.mark.parametrize("name", THEIRS)
def test_each_of_their_errors_catches_ours_of_the_same_name_and_no_other(name: str) -> None:
    IonQError("loads nothing, but joins what is loaded")
    theirs, ours = getattr(ionq_core, name), getattr(ionq_tui, name)
    assert theirs in ours.__mro__
    for other in THEIRS:
        expected = issubclass(ours, getattr(ionq_tui, other))
        assert issubclass(ours, getattr(ionq_core, other)) is expected, other


@pytest.mark.parametrize("name", ["MissingKeyError", "InvalidLimitError", "SessionUncertain", "CloneUncertain"])
def test_what_is_ours_alone_is_caught_as_their_ionq_error(name: str) -> None:
    with pytest.raises(ionq_core.IonQError, match="why"):
        raise getattr(ionq_tui, name)("why")


@pytest.mark.parametrize("status", BY_STATUS)
async def test_a_handler_written_for_their_client_catches_what_ours_raises(status: int) -> None:
    with world_of() as world, world.ours(max_retries=0) as ours:
        world.bend = lambda _: refusal(status, "the reason", x_request_id="r-1", retry_after="7")
        for ask in (lambda: get_session.sync("s", client=ours), lambda: ours.session("s")):
            caught: ionq_core.APIError | None = None
            try:
                ask()
            except BY_STATUS[status] as error:
                caught = error
            assert caught is not None and type(caught) is getattr(ionq_tui, BY_STATUS[status].__name__)
            assert (caught.status_code, caught.message, caught.request_id) == (status, "the reason", "r-1")
            assert isinstance(caught.body, dict) and caught.body["statusCode"] == status
            assert getattr(caught, "retry_after", 7.0) == 7.0
            assert "the reason" in str(caught)
        with pytest.raises(BY_STATUS[status]):
            await get_session.asyncio("s", client=ours)
        await ours.aclose()


def test_a_line_that_is_down_is_their_connection_error() -> None:
    with world_of() as world:
        ours = ionq_tui.IonQClient(api_key="a-key-of-some-length", base_url=world.url, max_retries=0)
    with ours, pytest.raises(ionq_core.APIConnectionError):
        ours.whoami()


ORDERS = {
    "theirs first": "import ionq_core; from ionq_tui import NotFoundError; error = NotFoundError(404, None, 'no')",
    "ours first": "from ionq_tui import NotFoundError; import ionq_core; error = NotFoundError(404, None, 'no')",
    "theirs last of all": "from ionq_tui import NotFoundError; error = NotFoundError(404, None, 'no'); "
    "import ionq_core; NotFoundError(404)",
}


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_imports_makes_no_difference(order: str) -> None:
    code = f"""
import json
{ORDERS[order]}
try:
    raise error
except ionq_core.NotFoundError as caught:
    print(json.dumps([str(caught), caught.status_code, type(caught).__module__]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout) == ["no", 404, "ionq_tui.api.errors"], done.stderr


def test_an_error_made_before_the_import_is_caught_from_the_next_one_on() -> None:
    """The README says so. If this fails because it is caught at once, the README and `official_errors` can say less."""
    code = """
import sys
from ionq_tui import IonQError, NotFoundError
before = list(sys.meta_path)
error = NotFoundError(404, None, 'no')
import ionq_core
print(isinstance(error, ionq_core.NotFoundError), sys.meta_path == before)
IonQError('the next one')
print(isinstance(error, ionq_core.NotFoundError))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "False True\nTrue\n", done.stderr


def test_nothing_is_loaded_for_it() -> None:
    code = (
        "import sys, ionq_tui; e = ionq_tui.NotFoundError(404); print('ionq_core' in sys.modules, "
        "[k.__module__.partition('.')[0] for k in type(e).__mro__])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("False") and "ionq_core" not in done.stdout, done.stderr


def test_a_version_in_which_a_class_does_not_fit_costs_a_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class NotFoundError(ErrorRoot):
        pass

    class Other(Exception):
        __slots__ = ("more",)

    class Strange(NotFoundError, Other):
        pass

    class Package:
        __all__ = ("NotFoundError",)

    Package.NotFoundError = Strange  # type: ignore[attr-defined]  # a base that is its own derived class
    monkeypatch.setitem(sys.modules, "ionq_core", Package)
    with caplog.at_level(logging.WARNING, "ionq_tui"):
        OfficialErrors().declare([NotFoundError])
    assert "ionq_core.NotFoundError does not catch this library's error" in caplog.text
    assert NotFoundError.__bases__ == (ErrorRoot,)
    with pytest.raises(NotFoundError, match="still raised"):
        raise NotFoundError("still raised")


class _ReadOnly(Exception):
    @property
    def status_code(self) -> int:
        return 0


class _Printed(Exception):
    def __str__(self) -> str:
        raise AttributeError("no response")


class _Made(Exception):
    def __new__(cls, response: object) -> _Made:
        return super().__new__(cls, response)


class _Closed(Exception):
    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)


class _Restored(Exception):
    def __setstate__(self, state: object) -> None:
        raise TypeError("not of this version")


@pytest.mark.parametrize("theirs", [_ReadOnly, _Printed, _Made, _Closed, _Restored])
def test_a_version_that_would_change_our_errors_is_left_alone(
    theirs: type[Exception], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class APIError(ErrorRoot):
        def __init__(self, words: str) -> None:
            self.status_code = 500
            super().__init__(words)

    package = type("Package", (), {"__all__": ("APIError",), "APIError": type("Derived", (theirs,), {})})
    monkeypatch.setitem(sys.modules, "ionq_core", package)
    with caplog.at_level(logging.WARNING, "ionq_tui"):
        OfficialErrors().declare([APIError])
    assert f"it defines {theirs.__name__}." in caplog.text and APIError.__bases__ == (ErrorRoot,)
    error = APIError("as it is")
    assert (str(error), error.status_code) == ("as it is", 500)


def test_a_package_that_cannot_be_read_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class APIError(ErrorRoot):
        pass

    class Package:
        __all__ = ()

        def __getattr__(self, name: str) -> object:
            raise ImportError(name)

    monkeypatch.setitem(sys.modules, "ionq_core", Package())
    with caplog.at_level(logging.WARNING, "ionq_tui"):
        OfficialErrors().declare([APIError])
    assert "does not catch" in caplog.text and APIError.__bases__ == (ErrorRoot,)
