from __future__ import annotations

import pytest
from textual.screen import Screen

from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.commands import EVERYWHERE, GROUPS, TABLE, Command, bindings, key_id, key_name
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.ui.screens.job import JobScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.ui.widgets.table import Table

SCREENS: tuple[type[BaseScreen[None]], ...] = (SessionsScreen, BackendsScreen, SessionScreen, JobScreen)
FORBIDDEN = {"ctrl+enter", "ctrl+s", "ctrl+b", *(f"f{number}" for number in range(1, 25))}


def keys_of(commands: tuple[Command, ...]) -> list[str]:
    return [key for command in commands for key in command.keys.split(",") if key]


def test_every_command_says_what_it_does_in_a_sentence() -> None:
    for _, commands in GROUPS:
        for command in commands:
            assert command.help.endswith("."), command
            assert command.label


def test_no_key_means_two_things_and_none_is_lost_on_the_way() -> None:
    for name, commands in GROUPS:
        keys = keys_of(commands)
        assert len(keys) == len(set(keys)), name
        assert not FORBIDDEN & set(keys), name


@pytest.mark.parametrize("screen", SCREENS)
def test_every_command_of_a_screen_is_an_action_and_no_key_of_it_hides_another(screen: type[BaseScreen[None]]) -> None:
    for command in (*screen.OFFERS, *EVERYWHERE, *screen.UNBOUND):
        assert callable(getattr(screen, f"action_{command.id}")), command
    keys = keys_of((*screen.OFFERS, *TABLE, *EVERYWHERE))
    assert len(keys) == len(set(keys))


def test_every_command_of_a_table_is_an_action() -> None:
    assert all(callable(getattr(Table, f"action_{command.id}")) for command in TABLE)


def test_every_binding_has_an_id_and_a_tooltip() -> None:
    for _, commands in GROUPS:
        for binding in bindings(commands):
            assert binding.id
            assert binding.tooltip


def test_textuals_own_ways_out_are_gone() -> None:
    bound = {key: binding for key, binding in DashboardApp._merge_bindings()}
    assert {key for key, binding in bound.items() if binding.action in {"quit", "help_quit"}} == {"ctrl+c", "ctrl+q"}
    assert all(bound[key].priority for key in ("ctrl+c", "ctrl+q"))
    assert "copy_text" in {binding.action.rpartition(".")[2] for _, binding in Screen._merge_bindings()}


def test_keys_are_written_for_people_and_back() -> None:
    assert [key_name(key) for key in ("question_mark", "colon", "escape", "pageup", "c")] == [
        "?",
        ":",
        "esc",
        "pgup",
        "c",
    ]
    assert [key_id(name) for name in ("?", "esc", "ctrl+p")] == ["question_mark", "escape", "ctrl+p"]
