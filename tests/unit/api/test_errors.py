from __future__ import annotations

import pytest

from ionq_tui.api import errors
from ionq_tui.api.errors import (
    APIConnectionError,
    APITimeoutError,
    InvalidLimitError,
    IonQError,
    MalformedIdError,
    MissingKeyError,
    ReadOnlyError,
    SessionUncertain,
    UnusableReplyError,
    error_for,
    fault_of_error,
)
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.session import Session

EVERY = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)]


@pytest.mark.parametrize("kind", EVERY)
def test_every_error_is_an_ionq_error_with_a_sentence(kind: type[Exception]) -> None:
    assert issubclass(kind, IonQError)
    assert kind.__doc__


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (APIConnectionError("x"), FaultKind.OFFLINE),
        (APITimeoutError("x"), FaultKind.TIMEOUT),
        (MissingKeyError("x"), FaultKind.KEY_MISSING),
        (ReadOnlyError("x"), FaultKind.READ_ONLY),
        (MalformedIdError("x"), FaultKind.BAD_REQUEST),
        (UnusableReplyError("x"), FaultKind.GARBLED),
        (SessionUncertain("x"), FaultKind.GARBLED),
        (IonQError("x"), FaultKind.GARBLED),
        *(
            (error_for(status, None, "", None, None), kind)
            for status, kind in {
                400: FaultKind.BAD_REQUEST,
                401: FaultKind.KEY_REFUSED,
                403: FaultKind.ELSEWHERE,
                404: FaultKind.ELSEWHERE,
                409: FaultKind.BAD_REQUEST,
                422: FaultKind.BAD_REQUEST,
                429: FaultKind.RATE_LIMITED,
                500: FaultKind.SERVER,
                503: FaultKind.SERVER,
            }.items()
        ),
    ],
    ids=repr,
)
def test_every_error_becomes_a_fault(error: IonQError, kind: FaultKind) -> None:
    assert fault_of_error(error).kind is kind


def test_a_fault_keeps_what_the_error_bore() -> None:
    error = error_for(429, {"message": "slow down"}, "", "r-1", 7.0)
    assert fault_of_error(error) == Fault(FaultKind.RATE_LIMITED, "slow down", 429, "r-1", 7.0)
    assert fault_of_error(error_for(503, None, "", "r-2", 9.0)) == Fault(FaultKind.SERVER, "HTTP 503", 503, "r-2", 9.0)
    garbled = UnusableReplyError("not JSON", status_code=200, request_id="r-3")
    assert fault_of_error(garbled) == Fault(FaultKind.GARBLED, "not JSON", 200, "r-3")
    assert fault_of_error(APIConnectionError("cut")) == Fault(FaultKind.OFFLINE, "cut")


def test_wrong_values_are_value_errors_too() -> None:
    assert all(issubclass(kind, ValueError) for kind in (MissingKeyError, InvalidLimitError, MalformedIdError))


def test_an_uncertain_session_names_what_was_found() -> None:
    assert SessionUncertain("x", (Session("a"),)).candidates == (Session("a"),)
    assert SessionUncertain("x").candidates == ()
