"""What `--json` prints has the form that `help --schema` documents: no field more, and none less."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from ionq_tui.cli.arguments import parsers
from ionq_tui.cli.json_schema import COMMANDS, VERSION
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, Site


def strict(form: Any) -> Any:  # noqa: ANN401 - JSON is any of it
    """The same form without the permission to add fields, which readers must grant and we must not use unseen."""
    if isinstance(form, list):
        return [strict(one) for one in form]
    if not isinstance(form, dict):
        return form
    closed = {key: strict(one) for key, one in form.items()}
    return {**closed, "additionalProperties": False} if "properties" in form and "required" in form else closed


def check(shell: Shell, command: str, document: Any) -> None:  # noqa: ANN401 - JSON is any of it
    form = shell("help", command, "--schema").json
    Draft202012Validator.check_schema(form)
    Draft202012Validator(strict(form)).validate(document)
    assert document["ionq_tui"]["schema_version"] == VERSION
    with pytest.raises(ValidationError):
        Draft202012Validator(form).validate({**document, "ionq_tui": {}})
    with pytest.raises(ValidationError):
        Draft202012Validator(strict(form)).validate({**document, "undocumented": 1})


def test_each_command_with_json_has_a_form_and_no_other() -> None:
    commands = parsers()[1]
    told = {name for name, parser in commands.items() if "--json" in parser.format_help().split("examples:")[0]}
    assert told - {"help"} == set(COMMANDS)


def test_all_that_is_printed_is_documented(site: Site, shell: Shell) -> None:
    clock = StoppedClock()
    site.cloud = SimulatedCloud(clock, workload=False, colleagues=False)
    limits = ("--max-jobs", "9", "--max-time", "60", "--max-cost", "30")
    check(shell, "open", shell("open", FORTE, *limits, "--dry-run", "--json").json)
    opened = shell("open", FORTE, *limits, "--yes", "--json").json
    check(shell, "open", opened)
    entry = site.cloud.sessions[opened["id"]]
    site.job(entry, name="one")
    site.job(entry, name="two")
    clock.advance(3000)
    site.job(entry, failure=("QuotaExhaustedError", "too much"))
    clock.advance(30)
    site.job(entry, name="last")
    check(shell, "cancel", shell("cancel", entry.jobs[-1].id, "--yes", "--json").json)
    check(shell, "clone", shell("clone", entry.jobs[-1].id, entry.id, "--dry-run", "--json").json)
    check(shell, "clone", shell("clone", entry.jobs[-1].id, entry.id, "--yes", "--json").json)
    for argv in (["job"], ["results"]):
        check(shell, argv[0], shell(*argv, entry.jobs[0].id, "--json").json)
    for argv in (["ls", "--all"], ["show", entry.id], ["jobs", entry.id], ["events", entry.id], ["backends"]):
        document = shell(*argv, "--json").json
        check(shell, argv[0], document)
        assert document.get(argv[0], True) != []
    check(shell, "end", shell("end", entry.id, "--yes", "--json").json)
    lines = [json.loads(line) for line in shell("watch", entry.id, "--json").out.splitlines()]
    assert len(lines) > 1 and lines[-1]["ionq_tui"]["change"] == "charged" and any("job" in line for line in lines)
    for line in lines:
        check(shell, "watch", line)
    shell("open", FORTE, "--max-jobs", "2", "--yes")
    everything = shell("end", "--all-here", "--yes", "--json").json
    assert len(everything["sessions"]) == 1
    check(shell, "end", everything)
    check(shell, "auth", shell("auth", "status", "--json").json)


def test_a_form_is_for_commands_that_print_json(shell: Shell) -> None:
    told = shell("help", "id", "--schema")
    assert (told.code, told.out) == (2, "") and "ls" in told.err
    assert shell("help", "--schema").code == 2


def test_the_commands_without_a_session_are_documented_too(site: Site, shell: Shell) -> None:
    check(shell, "doctor", shell("doctor", "--json").json)
    check(shell, "usage", shell("usage", "--json").json)
    check(shell, "usage", shell("usage", "--json", "--by", "person").json)
