"""What bash and fish offer at Tab: commands, options, values, backends, and sessions of the journal, offline."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ionq_tui.cli.arguments import SHELLS as OFFERED
from ionq_tui.cli.arguments import parsed
from ionq_tui.cli.command_tree import command_tree
from ionq_tui.cli.completion import Candidate, answer_to
from ionq_tui.cli.list_arguments import STATUSES
from ionq_tui.cli.list_output import check_columns, check_status
from ionq_tui.model.backend import DOCUMENTED
from ionq_tui.model.connection import PRODUCTION_URL
from ionq_tui.model.record import Place
from ionq_tui.view.listing import backend_columns, column_names, job_columns, session_columns
from tests.cli.completed import (
    AT,
    BACKEND,
    CANDIDATE,
    EACH_SHELL,
    ENDED,
    LABEL,
    OTHER,
    RUNNING,
    Desk,
    desk,
    needs,
    record,
)
from tests.cli.site import KEY, ROOT, Site
from tests.terminal.kit import command

__all__ = ["desk"]


@EACH_SHELL
def test_commands_are_offered(desk: Desk, shell: str) -> None:
    assert desk.complete(shell, "").values == list(command_tree().commands or ())
    assert desk.complete(shell, "sh").values == ["show"]
    assert desk.complete(shell, "--read-only", "--profile", "default", "wat").values == ["watch"]
    assert desk.complete(shell, "no-such", "").values == []


@EACH_SHELL
def test_options_are_offered_that_can_still_be_given(desk: Desk, shell: str) -> None:
    assert desk.complete(shell, "ls", "--a").values == ["--all"]
    assert {"--demo", "--version", "--help", "--write"} <= set(desk.complete(shell, "-").values)
    assert desk.complete(shell, "show", RUNNING, "--markdown", "--read-only", "--").values == [
        *("--help", "--profile", "--config", "--log", "--log-level")
    ]
    assert "--" in desk.complete(shell, "run", "qpu.forte-1", "--").values


@EACH_SHELL
def test_values_of_options_and_arguments_are_offered(desk: Desk, shell: str) -> None:
    assert desk.complete(shell, "ls", "--log-level", "").values == ["debug", "info", "warning", "error"]
    assert desk.complete(shell, "simulate", "--start", "a").values == ["at-once"]
    assert desk.complete(shell, "auth", "log").values == ["login", "logout"]
    assert desk.complete(shell, "completion", "").values == list(OFFERED)
    assert desk.complete(shell, "open", "qpu.forte-1", "--max-time", "").values == []


def test_values_are_offered_behind_an_equals_sign(desk: Desk) -> None:
    assert desk.program("ls", "--log-level=w").lines[1:] == ["--log-level=warning\t"]
    assert desk.program("ls", "--log-level", "=", "w").lines[1:] == ["warning\t"], "as bash divides it"
    assert desk.program("ls", "--log-level", "=").lines[1:2] == ["debug\t"]
    assert desk.program("ls", "--log-level", "=", "info", "--al").lines[1:] == ["--all\tlist ended sessions too"]


@EACH_SHELL
def test_columns_and_statuses_are_those_that_the_command_takes(desk: Desk, shell: str) -> None:
    assert desk.complete(shell, "jobs", RUNNING, "--sort", "s").values == [
        "status",
        "shots",
        "submitted",
        "started",
        "submitter",
    ]
    assert desk.complete(shell, "ls", "--columns", "id,ba").values == ["id,backend"]
    assert "id,backend,id" not in desk.complete(shell, "ls", "--columns", "id,backend,").values
    assert desk.complete(shell, "ls", "--status", "started,").values == ["started,created", "started,ended"]
    assert desk.complete(shell, "jobs", RUNNING, "--status", "f").values == ["failed"]
    assert desk.complete(shell, "usage", "--by", "").values == ["backend", "person", "project"]
    assert desk.complete(shell, "ls", "--profile", "").values == ["default"]


def test_what_completion_offers_is_what_the_parser_takes(desk: Desk) -> None:
    for listed in ("ls", "jobs", "backends"):
        names = column_names(listed)
        assert [one.value for one in _offered(desk, listed, "--columns", "")] == list(names)
        assert [one.value for one in _offered(desk, listed, "--sort", "")] == list(names)
        assert [one.value for one in _offered(desk, listed, "--sort=-")] == [f"--sort=-{one}" for one in names]
        assert [one.value for one in _offered(desk, listed, "--sort", "=", "-")] == [f"-{one}" for one in names]
        assert _offered(desk, listed, "--sort", "-") == (), "that would be another option"
        for name in names:
            args = parsed([listed, *(["x"] if listed == "jobs" else []), f"--sort=-{name}", "--columns", name])
            if listed == "ls":
                check_columns(args, session_columns(AT, None))
            elif listed == "jobs":
                check_columns(args, job_columns(AT, None))
            else:
                check_columns(args, backend_columns(AT, None))
    assert column_names("show") == ()
    for listed, statuses in STATUSES.items():
        assert [one.value for one in _offered(desk, listed, "--status", "")] == list(statuses)
        for status in statuses:
            check_status(status, (), statuses)


def _offered(desk: Desk, *words: str) -> tuple[Candidate, ...]:
    return answer_to(words, desk.environment, desk.home).candidates


@EACH_SHELL
def test_backends_are_those_documented_and_those_of_the_journal(desk: Desk, shell: str) -> None:
    journal = desk.open_journal()
    journal.queue_sample("qpu.seen-1", AT, 5.0, PRODUCTION_URL).now()
    journal.queue_sample("qpu.elsewhere-1", AT, 5.0, "https://other.example/v0.4").now()
    journal.close()
    assert desk.complete(shell, "open", "").values == sorted((*DOCUMENTED, BACKEND, "qpu.seen-1"))
    assert desk.complete(shell, "run", "--max-jobs", "1", "qpu.s").values == ["qpu.seen-1"]


@EACH_SHELL
@pytest.mark.parametrize("name", ["show", "jobs", "attach"])
def test_sessions_of_the_journal_are_offered_newest_first(desk: Desk, shell: str, name: str) -> None:
    assert desk.complete(shell, name, "").values == [RUNNING, ENDED, OTHER]


@EACH_SHELL
@pytest.mark.parametrize("name", ["end", "watch"])
def test_ended_sessions_are_not_offered_for_ending(desk: Desk, shell: str, name: str) -> None:
    assert desk.complete(shell, name, "").values == [RUNNING, OTHER]
    assert desk.complete(shell, name, OTHER[:4]).values == [OTHER]


@EACH_SHELL
def test_an_answer_offers_what_the_request_may_have_opened(desk: Desk, shell: str) -> None:
    assert desk.complete(shell, "answer", "").values == [CANDIDATE]


@EACH_SHELL
def test_a_session_is_found_by_the_end_of_its_id_that_screens_show(desk: Desk, shell: str) -> None:
    assert desk.complete(shell, "end", RUNNING[-6:]).values == [RUNNING]


@needs("fish")
def test_a_session_has_its_backend_and_label_beside_it(desk: Desk) -> None:
    assert f"{RUNNING}\t{BACKEND} · {LABEL}" in desk.complete("fish", "show", "").lines
    assert f"{ENDED}\t{BACKEND} · old · ended" in desk.complete("fish", "show", "").lines
    assert f"{RUNNING}\t{BACKEND} - {LABEL}" in desk.complete("fish", "show", "", LANG="C").lines, "in ASCII"


def test_the_profile_and_the_server_decide_which_sessions_are_offered(desk: Desk) -> None:
    config = desk.home / "ours.toml"
    config.write_text('[profiles.lab]\nurl = "http://127.0.0.1:9/v0.4"\n[profiles.other]\n')
    named = ("--config", str(config))
    assert desk.program(*named, "--profile", "").lines[1:] == ["default\t", "lab\t", "other\t"]
    assert desk.program("ls", *named, "--profile=l").lines[1:] == ["--profile=lab\t"]
    assert len(desk.program(*named, "end", "").lines) == 3
    for profile in ("lab", "other"):
        assert desk.program("end", *named, "--profile", profile, "").lines == ["words"]
    assert len(desk.program("end", "", IONQ_API_URL="http://127.0.0.1:9/v0.4").lines) == 2
    assert desk.program("--demo", "attach", "").lines == ["words"]


@EACH_SHELL
def test_paths_and_the_command_of_run_are_left_to_the_shell(desk: Desk, shell: str) -> None:
    (desk.home / "settings of mine.toml").touch()
    assert desk.program("ls", "--config", "set").lines == ["files"]
    found = desk.complete(shell, "run", "qpu.forte-1", "--yes", "--", "ionq-tu").values
    assert "ionq-tui" in found
    if shell == "fish":
        assert desk.complete(shell, "ls", "--config", "set").values == ["settings of mine.toml"]
        assert desk.complete(shell, "ls", "--config=set").values == ["--config=settings of mine.toml"]
        assert desk.complete(shell, "run", "q", "--", "ionq-tui", "sho").values == ["show"]


@pytest.mark.parametrize("shell", OFFERED)
def test_the_shell_can_read_its_script(desk: Desk, shell: str) -> None:
    script = desk.ask(*command("completion", shell))
    assert (script.code, script.err) == (0, "") and "ionq-tui completion --complete" in "\n".join(script.lines)
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    path = desk.home / "script"
    path.write_text("\n".join(script.lines))
    checked = desk.ask(shell, "-n", str(path))
    assert (checked.code, checked.err) == (0, "")


def test_the_script_is_printed_whatever_the_configuration_says(desk: Desk) -> None:
    assert desk.ask(*command("completion", "bash"), IONQ_TUI_CONFIG="/no/such/file", IONQ_API_URL="nonsense").code == 0
    assert desk.ask(*command("completion", "tcsh")).code == 2
    assert desk.ask(*command("completion")).code == 2


def test_nothing_is_asked_of_the_server(site: Site, desk: Desk) -> None:
    own = {"IONQ_API_URL": site.server.url, "IONQ_API_KEY": KEY, "HTTPS_PROXY": ""}
    journal = desk.open_journal()
    record(journal, "55ff0000", place=Place(site.server.url))
    journal.close()
    for words in (["end", ""], ["open", ""], ["answer", ""], ["--profile", ""], [""], ["run", "q", "--", ""]):
        found = desk.program(*words, **own)
        assert (found.code, found.err) == (0, "")
        if words == ["end", ""]:
            assert found.lines[1:] == [f"55ff0000\t{BACKEND}"]
    assert site.asked == []


def _garbage(path: Path) -> None:
    path.write_bytes(b"no database" * 500)


def _cut(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def _old(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.executescript((ROOT / "tests/unit/journal/version_1.sql").read_text())
    connection.close()


def _other_tables(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE session")
        connection.execute("DROP TABLE intent")
    connection.close()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


_BROKEN = [_garbage, _cut, _folder, _newer, _old, _other_tables, _pipe, _loop]


@pytest.mark.parametrize("broken", _BROKEN, ids=lambda one: one.__name__.strip("_"))
def test_a_journal_that_cannot_be_read_gives_no_candidates_and_no_words(desk: Desk, broken: object) -> None:
    assert callable(broken)
    broken(desk.journal_path)
    before = sorted(one.name for one in desk.journal_path.parent.iterdir())
    for words in (["end", ""], ["answer", ""]):
        found = desk.program(*words)
        assert (found.code, found.err) == (0, "")
        assert found.lines in ([], ["words"])
    found = desk.program("open", "")
    assert (found.code, found.err) == (0, "")
    assert [line.partition("\t")[0] for line in found.lines[1:]] in ([], sorted(DOCUMENTED))
    assert sorted(one.name for one in desk.journal_path.parent.iterdir()) == before, "nothing is repaired or set aside"


def test_of_many_sessions_the_newest_are_offered_and_each_is_found(desk: Desk) -> None:
    with sqlite3.connect(desk.journal_path) as connection:
        connection.executemany(
            "INSERT INTO session (id, base_url, profile, opened_at) VALUES (?, ?, 'default', ?)",
            ((f"{number:05}-{number * 7:06}", PRODUCTION_URL, f"2026-11-22T{number:05}") for number in range(20_000)),
        )
    connection.close()
    offered = desk.program("show", "").lines[1:]
    assert 50 <= len(offered) <= 200 and offered[0].startswith("19999-")
    for part in ("00007-", "000049"):
        assert [line.split()[0] for line in desk.program("show", part).lines[1:]] == ["00007-000049"]


def test_a_row_that_makes_no_sense_is_shown_as_far_as_it_does(desk: Desk) -> None:
    with sqlite3.connect(desk.journal_path) as connection:
        connection.execute("UPDATE session SET label = x'ff00fe', backend = 7, opened_at = 'never'")
    connection.close()
    found = desk.program("end", "")
    assert (found.code, found.err, len(found.lines)) == (0, "", 3)


def test_a_tab_creates_nothing_and_changes_nothing(desk: Desk) -> None:
    before = desk.journal_path.read_bytes()
    assert len(desk.program("end", "").lines) == 3
    assert desk.journal_path.read_bytes() == before
    assert [one.name for one in desk.journal_path.parent.iterdir()] == [desk.journal_path.name]
    desk.journal_path.unlink()
    assert desk.program("end", "").lines == ["words"]
    assert list(desk.journal_path.parent.iterdir()) == []
    desk.journal_path.parent.rmdir()
    assert desk.program("end", "").lines == ["words"]
    assert not desk.journal_path.parent.exists()


def test_a_journal_that_another_process_locks_is_not_waited_for(desk: Desk) -> None:
    connection = sqlite3.connect(desk.journal_path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    found = desk.program("end", "")
    connection.execute("ROLLBACK")
    connection.close()
    assert (found.code, found.lines, found.err) == (0, ["words"], "")
    assert len(desk.program("end", "").lines) == 3


def test_a_disk_that_does_not_answer_is_not_waited_for(desk: Desk) -> None:
    config = desk.home / "config.toml"
    os.mkfifo(config)  # nobody writes to it: reading it never ends
    found = desk.program("end", "", IONQ_TUI_CONFIG=str(config))
    assert (found.code, found.lines, found.err) == (0, [], "")
    found = desk.complete("bash", "end", "", IONQ_TUI_CONFIG=str(config))
    assert (found.values, found.err) == ([], "")


@pytest.mark.parametrize("text", ["not toml [", "nonsense = 1", "profile = 'nobody'", "[profiles.x]\nurl = 'http://x'"])
def test_an_invalid_configuration_gives_no_candidates_and_no_words(desk: Desk, text: str) -> None:
    config = desk.home / "ours.toml"
    config.write_text(text)
    for words in (["end", ""], ["--profile", ""]):
        found = desk.program(*words, IONQ_TUI_CONFIG=str(config))
        assert (found.code, found.lines, found.err) == (0, ["words"], "")
    assert desk.program("sho", IONQ_TUI_CONFIG=str(config)).lines[1:] == ["show\tshow a report of one session"]


STRANGE = (
    "$(touch OWNED)",
    "`touch OWNED`",
    "';touch OWNED;'",
    '"; touch OWNED; "',
    "a\ntouch OWNED",
    "\x1b]52;c;b3duZWQ=\x07\x1b[31m",
    "a\tb",
    "%F{red}%(?..)",
    "a\\nb\\",
    "*",
    "-rf",
    "--yes",
    "\u202egnp",
    "\udcff",
    "x" * 300,
    "",
    "(touch OWNED)",
    "a:b",
)


@EACH_SHELL
def test_strange_ids_labels_and_backends_run_and_break_nothing(desk: Desk, shell: str) -> None:
    journal = desk.open_journal()
    for number, text in enumerate(STRANGE):
        record(journal, text)
        record(journal, f"66{number:02}", text, text)
    journal.close()
    found = desk.complete(shell, "end", "")
    assert found.err == ""
    assert set(found.values) == {RUNNING, OTHER, *(f"66{number:02}" for number in range(len(STRANGE)))}
    assert desk.complete(shell, "open", "").values == sorted((*DOCUMENTED, BACKEND))
    for typed in ("'$(touch OWNED)'", '"', "'", "`", "$", "\\", "%"):
        assert desk.program("end", typed).lines == ["words"]
        assert desk.program("open", typed).lines == ["words"]
    assert list(desk.home.rglob("OWNED")) == []


@EACH_SHELL
def test_the_script_expands_nothing_whatever_the_program_prints(desk: Desk, shell: str) -> None:
    """The program offers nothing that a shell would read; should it ever do so, the scripts must not read it either."""
    path = desk.with_program_that_offers(text for text in STRANGE if text.isprintable())
    found = desk.complete(shell, "end", "", PATH=path)
    assert "$(touch OWNED)" in found.values and found.err == ""
    assert list(desk.home.rglob("OWNED")) == []


def test_what_is_typed_is_not_run_by_the_script(desk: Desk) -> None:
    for typed in ("$(touch OWNED)", "`touch OWNED`", '"$(touch OWNED)', "';touch OWNED;'"):
        found = desk.complete("bash", "end", typed)
        assert (found.values, found.err) == ([], "")
        desk.complete("bash", typed, "")
    assert list(desk.home.rglob("OWNED")) == []


def _loaded(desk: Desk, *argv: str) -> set[str]:
    program = (
        "import json, sys\nsys.modules['click'] = None\nfrom ionq_tui.cli.main import main\n"
        f"main({list(argv)!r})\nprint(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=desk.environment, capture_output=True, text=True, timeout=60
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_completing_loads_little_and_other_commands_load_nothing_of_it(desk: Desk) -> None:
    heavy = {"textual", "rich", "httpx", "keyring", "asyncio", "ssl", "tomlkit", "ionq_tui.wiring"}
    ids, options = _loaded(desk, "completion", "--complete", "end", ""), _loaded(desk, "completion", "--complete", "-")
    assert not ids & heavy and not options & {*heavy, "sqlite3"}
    ours = {"ionq_tui.cli.completion", "ionq_tui.cli.command_tree", "ionq_tui.view.manual", "ionq_tui.journal.reader"}
    assert {"ionq_tui.cli.completion", "ionq_tui.journal.reader"} <= ids
    for argv in (["--version"], ["id"], ["config"]):
        assert not _loaded(desk, *argv) & ours


@EACH_SHELL
def test_an_option_for_a_session_and_a_topic_of_the_help_are_offered(desk: Desk, shell: str) -> None:
    assert desk.complete(shell, "job", "--session", RUNNING[:6]).values == [RUNNING]
    assert desk.complete(shell, "job", "").values == [] == desk.complete(shell, "results", "").values
    assert desk.complete(shell, "help", "comp").values == ["completion"]
