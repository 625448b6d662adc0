"""Every error of the library has what was attempted, the status, the server's message and the request id."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable

import pytest

import ionq_tui
from ionq_tui import IonQClient, SessionManager
from ionq_tui.simulator.http import Reply
from tests.contract.both import BACKEND, KEY, refusal, world_of

CALLS: dict[str, Callable[[IonQClient], object]] = {
    "Failed to fetch who the key is": lambda client: client.whoami(),
    "Failed to fetch the list of backends": lambda client: client.backends(),
    "Failed to fetch backend q": lambda client: client.backend("q"),
    "Failed to fetch the list of sessions": lambda client: client.sessions(),
    "Failed to fetch session s": lambda client: client.session("s"),
    "Failed to create session": lambda client: client.create_session("q"),
    "Failed to end session s": lambda client: client.end_session("s"),
    "Failed to fetch the jobs of session s": lambda client: list(client.session_jobs("s")),
    "Failed to fetch job j": lambda client: client.job("j"),
    "Failed to fetch the cost of job j": lambda client: client.job_cost("j"),
    "Failed to cancel job j": lambda client: client.cancel_job("j"),
}
TWINS: dict[str, Callable[[IonQClient], object]] = {
    "Failed to fetch who the key is": lambda client: client.async_whoami(),
    "Failed to fetch the list of backends": lambda client: client.async_backends(),
    "Failed to fetch backend q": lambda client: client.async_backend("q"),
    "Failed to fetch the list of sessions": lambda client: client.async_sessions(),
    "Failed to fetch session s": lambda client: client.async_session("s"),
    "Failed to create session": lambda client: client.async_create_session("q"),
    "Failed to end session s": lambda client: client.async_end_session("s"),
    "Failed to fetch the jobs of session s": lambda client: anext(client.async_session_jobs("s")),
    "Failed to fetch job j": lambda client: client.async_job("j"),
    "Failed to fetch the cost of job j": lambda client: client.async_job_cost("j"),
    "Failed to cancel job j": lambda client: client.async_cancel_job("j"),
}


@pytest.mark.parametrize("attempt", CALLS)
async def test_each_call_says_what_was_attempted(attempt: str) -> None:
    with world_of() as world, world.ours() as client:
        world.bend = lambda _: refusal(403, "not yours", x_request_id="r-1")
        for call in (CALLS[attempt], TWINS[attempt]):
            with pytest.raises(ionq_tui.IonQError) as caught:
                came = call(client)
                assert inspect.isawaitable(came)
                await came
            told = str(caught.value)
            assert told.startswith(attempt) and told.count("Failed to") == 1
            assert "HTTP 403: not yours [request r-1]" in told
            if "end session" not in attempt:
                assert isinstance(caught.value, ionq_tui.PermissionDeniedError)
                assert (caught.value.message, caught.value.request_id) == ("not yours", "r-1")
        await client.aclose()


def test_a_line_that_is_down_and_a_reply_that_cannot_be_read_say_it_too() -> None:
    with world_of() as world:
        with world.ours() as client:
            world.bend = lambda _: Reply(200, (), b"<html><title>Hotel Wi-Fi</title></html>")
            with pytest.raises(
                ionq_tui.IonQError, match=r"^Failed to fetch job j: the reply is not JSON but a page"
            ) as page:
                client.job("j")
            assert 'titled "Hotel Wi-Fi"' in str(page.value)
        ours = IonQClient(api_key=KEY, base_url=world.url, max_retries=0)
    with ours, pytest.raises(ionq_tui.APIConnectionError, match=r"^Failed to fetch job j: "):
        ours.job("j")


def test_the_manager_says_it_once() -> None:
    with world_of() as world, world.ours() as client:
        world.bend = lambda _: refusal(403, "not yours", x_request_id="r-1")
        manager = SessionManager.from_id(client, "s")
        with pytest.raises(ionq_tui.PermissionDeniedError) as caught:
            list(manager.jobs())
        assert str(caught.value) == "Failed to fetch the jobs of session s: HTTP 403: not yours [request r-1]"
        with pytest.raises(ionq_tui.PermissionDeniedError) as caught:
            manager.details()
        assert str(caught.value) == "Failed to fetch session s: HTTP 403: not yours [request r-1]"


def test_what_a_validation_names_is_in_the_error() -> None:
    body = {"message": "Validation failed", "validation": {"body": {"message": "cost_limit.value is above 25"}}}
    with world_of() as world, world.ours() as client:
        world.bend = lambda _: Reply(400, (), json.dumps({"statusCode": 400, "error": "Bad Request", **body}).encode())
        with pytest.raises(ionq_tui.BadRequestError, match=r"cost_limit\.value is above 25$") as caught:
            client.create_session(BACKEND)
        assert caught.value.message == "Validation failed; cost_limit.value is above 25"


def test_another_version_of_the_api_is_named() -> None:
    with world_of() as world, IonQClient(api_key=KEY, base_url=world.url.replace("/v0.4", "/v0.3")) as client:
        world.bend = lambda _: refusal(404, "There is no such route")
        with pytest.raises(ionq_tui.NotFoundError, match=r"IONQ_API_URL ends in /v0\.3.*qiskit-ionq"):
            client.session("s")
