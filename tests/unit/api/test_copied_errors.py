"""An error that is pickled, as `multiprocessing` does, or copied keeps its text and its attributes."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Callable

import pytest

from ionq_tui.api import errors
from ionq_tui.api.errors import IonQError, with_context
from ionq_tui.model.job import Failure
from ionq_tui.model.session import Session

EVERY = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, IonQError)]
ARGUMENTS: dict[str, tuple[object, ...]] = {
    "APIError": (409, {"message": "m"}, "the reason"),
    "BadRequestError": (400, "body", "the reason"),
    "AuthenticationError": (401,),
    "PermissionDeniedError": (403, None, "the reason"),
    "NotFoundError": (404, {"a": [1]}, "the reason"),
    "RateLimitError": (429, None, "the reason", 7.5),
    "ServerError": (503, "a page", None),
    "NetworkSettingError": ("the reason", "HTTPS_PROXY"),
    "SessionUncertain": ("the reason", (Session("s-1", status="started"),)),
    "CloneUncertain": ("the reason", "s-1", "mark"),
    "JobTimeoutError": ("j-1", 5.0, "started"),
    "JobFailedError": ("j-1", Failure("InvalidInput", "the reason")),
}
"""Constructor arguments of those classes that take more than a text."""


def made(kind: type[IonQError]) -> IonQError:
    """Return an error with everything that may be set on it later."""
    error = kind(*ARGUMENTS.get(kind.__name__, ("the reason",)))
    error.hint = "another version"
    if isinstance(error, errors.APIError):
        error.request_id = "r-1"
    error.add_note("a note")
    return with_context("Failed to fetch job j", error)


def pickled(protocol: int) -> Callable[[IonQError], IonQError]:
    def there_and_back(error: IonQError) -> IonQError:
        back = pickle.loads(pickle.dumps(error, protocol))
        assert isinstance(back, IonQError)
        return back

    return there_and_back


WAYS: dict[str, Callable[[IonQError], IonQError]] = {
    **{f"pickle{protocol}": pickled(protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)},
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", EVERY)
def test_every_error_keeps_its_text_and_its_attributes(kind: type[IonQError], way: str) -> None:
    error = made(kind)
    back = WAYS[way](error)
    assert type(back) is kind and back is not error
    assert (str(back), back.args, vars(back)) == (str(error), error.args, vars(error))
    assert back.__notes__ == ["a note"] and "Failed to fetch job j" in str(back)


def test_every_class_was_meant() -> None:
    names = {kind.__name__ for kind in EVERY}
    assert ARGUMENTS.keys() <= names and len(names) >= 20


def test_a_process_without_the_official_client_reads_an_error_of_one_with_it() -> None:
    code = "import ionq_core, pickle, ionq_tui, sys; sys.stdout.buffer.write(pickle.dumps({}))"
    error = "ionq_tui.RateLimitError(429, {'a': 1}, 'slow', 7.0, request_id='r')"
    sent = subprocess.run([sys.executable, "-c", code.format(error)], capture_output=True, check=True, timeout=60)
    read = (
        "import json, pickle, sys; e = pickle.load(sys.stdin.buffer); "
        "print(json.dumps([str(e), vars(e), 'ionq_core' in sys.modules]))"
    )
    got = subprocess.run(
        [sys.executable, "-c", read], input=sent.stdout, capture_output=True, check=True, timeout=60
    ).stdout
    kept = {"status_code": 429, "body": {"a": 1}, "message": "slow", "request_id": "r", "retry_after": 7.0}
    assert json.loads(got) == ["slow", kept, False]
