from __future__ import annotations

import ast

import pytest

from ionq_tui.model.connection import PRODUCTION_URL
from ionq_tui.view.recipes import COPY_WHOLE, NO_WAY, Client, how_to_send, program, programs
from ionq_tui.view.sanitize import cells
from ionq_tui.view.style import words
from tests.unit.view.scene import ID

BACKEND = "qpu.forte-1"
WITH_PROGRAM = [client for client in Client if program(client, ID, BACKEND)]
LOCAL = "http://127.0.0.1:8000/v0.4"


def texts(client: Client, width: int, height: int) -> list[str]:
    told = how_to_send(ID, BACKEND, client=client, width=width, height=height)
    return [one if isinstance(one, str) else words(one) for one in told]


def test_every_client_that_can_has_a_program() -> None:
    assert {client.value for client in WITH_PROGRAM} == {"ionq_core", "qiskit-ionq", "cirq-ionq"}
    assert [name for name, _ in programs(ID, BACKEND)] == [client.value for client in WITH_PROGRAM]
    assert all(text.startswith(f"# {name}\n") for name, text in programs(ID, BACKEND))


@pytest.mark.parametrize("client", WITH_PROGRAM)
def test_a_program_names_session_and_server(client: Client) -> None:
    usual = "\n".join(program(client, ID, BACKEND))
    assert ID in usual and BACKEND in usual and "http" not in usual
    assert "\n".join(program(client, ID, BACKEND, PRODUCTION_URL)) == usual
    assert f'"{LOCAL}"' in "\n".join(program(client, ID, BACKEND, LOCAL))


@pytest.mark.parametrize("client", WITH_PROGRAM)
def test_nothing_that_a_server_says_becomes_code(client: Client) -> None:
    evil = '"); import os; os.abort() #\n\\'
    usual = ast.dump(ast.parse("\n".join(program(client, "i", "b", "u"))))
    said = "\n".join(program(client, evil, evil, evil))
    constants = {node.value for node in ast.walk(ast.parse(said)) if isinstance(node, ast.Constant)}
    assert any("os.abort()" in str(value) for value in constants)
    assert [type(node) for node in ast.walk(ast.parse(said))] == [
        type(node) for node in ast.walk(ast.parse("\n".join(program(client, "i", "b", "u"))))
    ]
    assert "abort" not in usual


@pytest.mark.parametrize("client", Client)
@pytest.mark.parametrize(("width", "height"), [(56, 6), (76, 9), (80, 20), (200, 40)])
def test_what_is_shown_fits(client: Client, width: int, height: int) -> None:
    shown = texts(client, width, height)
    assert len(shown) <= height + 1
    if client is not Client.PENNYLANE:  # a sentence, which is folded
        assert max(map(cells, shown)) <= width
    assert client.value in shown[0] and "submit jobs" in shown[0]


@pytest.mark.parametrize("client", WITH_PROGRAM)
def test_a_program_is_shown_whole_or_by_its_call(client: Client) -> None:
    assert [line[2:] for line in texts(client, 80, 20)[1:]] == program(client, ID, BACKEND)
    low = texts(client, 80, 6)
    assert low[-1] == f"  {COPY_WHOLE}" and f"  {ID}" in low


def test_who_has_no_way_is_told_so() -> None:
    assert texts(Client.PENNYLANE, 120, 9)[1:] == [f"  {NO_WAY}"]


def test_the_clients_come_by_turns() -> None:
    seen = [Client.ANY]
    for _ in range(len(Client)):
        seen.append(seen[-1].next)
    assert seen == [*Client, Client.ANY]
