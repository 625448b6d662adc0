"""id, config, --version, and what is wrong before anything is asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ionq_tui import __version__
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, KEY, ROOT, Site, process


def test_the_newest_session_opened_here_is_told_without_the_network(site: Site, shell: Shell) -> None:
    assert shell("id").code == 1
    shell("open", FORTE, "--max-jobs", "1", "--yes")
    newest = shell("open", "qpu.aria-1", "--max-jobs", "1", "--yes").out
    site.colleague()
    site.server.stop()
    told = shell("id")
    assert (told.code, told.out, told.err) == (0, newest, "")


def test_of_the_newest_session_it_is_told_that_it_ended(site: Site, shell: Shell) -> None:
    newest = shell("open", FORTE, "--max-jobs", "1", "--yes").out
    assert shell("end", newest.strip(), "--yes").code == 0
    told = shell("id")
    assert (told.code, told.out) == (0, newest) and "this session ended 20" in told.err


def test_the_newest_session_is_one_of_this_cloud(site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell("open", FORTE, "--max-jobs", "1", "--yes")
    monkeypatch.delenv("IONQ_API_URL")
    told = shell("id")
    assert (told.code, told.out) == (1, "")


def test_config_tells_what_holds_and_no_secret(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_API_KEY", KEY)
    config = home / "ours.toml"
    config.write_text('poll_interval = 7\n[profiles.default]\nkey_command = "echo hunter2"\n')
    told = shell("config", "--config", str(config), "--read-only")
    assert (told.code, told.err) == (0, "")
    facts = dict(line.split(maxsplit=1) for line in told.out.splitlines())
    assert facts["path"] == str(config)
    assert facts["poll_interval"] == "7" and facts["read_only"] == "true"
    assert facts["url"] == "https://api.ionq.co/v0.4"
    assert facts["key_command"] == "set" and "hunter2" not in told.out


def test_config_init_writes_once(shell: Shell, home: Path) -> None:
    told = shell("config", "--init")
    path = Path(told.out.strip())
    assert told.code == 0 and path.is_relative_to(home)
    assert shell("config").out.splitlines()[0] == f"path            {path}"
    path.write_text("theme = 'ansi'\n")
    told = shell("config", "--init")
    assert (told.code, told.out) == (1, "") and "was not changed" in told.err
    assert path.read_text() == "theme = 'ansi'\n"


def test_config_init_writes_where_it_was_told_to(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = home / "deep" / "other.toml"
    assert shell("--config", str(other), "config").code == 2
    assert shell("--config", str(other), "config", "--init").code == 0
    assert shell("--config", str(other), "config").code == 0
    monkeypatch.setenv("IONQ_TUI_CONFIG", str(home / "third.toml"))
    assert shell("config", "--init").out == f"{home / 'third.toml'}\n"
    assert shell("--config", "/proc/none/x.toml", "config", "--init").code == 1


def test_the_version_loads_next_to_nothing() -> None:
    program = (
        "import json, sys\nfrom ionq_tui.cli.main import main\n"
        "print(main(['--version']))\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    version, code, loaded = done.stdout.splitlines()
    assert (version, code) == (f"ionq-tui {__version__}", "0")
    packages = {name.partition(".")[0] for name in json.loads(loaded)}
    assert not packages & {"textual", "rich", "httpx", "keyring", "asyncio", "ssl", "sqlite3", "platformdirs"}


def test_it_runs_as_a_module() -> None:
    told = process("--version").finish()
    assert (told.code, told.out) == (0, f"ionq-tui {__version__}\n")


@pytest.mark.parametrize("argv", [[], ["attach", "abc123"], ["--demo"]])
def test_without_a_terminal_there_is_no_dashboard(shell: Shell, argv: list[str]) -> None:
    told = shell(*argv)
    assert (told.code, told.out) == (2, "")
    assert "no terminal" in told.err


def test_without_any_input_or_output_there_is_no_dashboard(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "stdout", None)
    assert shell().code == 2
    if sys.stdout is not None:  # the null device in its place, which a process of its own would close on exit
        sys.stdout.close()


def test_the_demo_is_not_mixed_with_commands_that_cost(site: Site, shell: Shell) -> None:
    told = shell("--demo", "open", FORTE, "--max-jobs", "1", "--yes")
    assert (told.code, told.out) == (2, "") and "--demo" in told.err
    assert site.asked == []


@pytest.mark.parametrize(
    "argv", ["no-such", "ls --no-such", "show", "ls x", "show a b", "id x", "--read-only --write ls"]
)
def test_bad_arguments_are_wrong_usage(shell: Shell, argv: str) -> None:
    told = shell(*argv.split())
    assert (told.code, told.out) == (2, "") and told.err


@pytest.mark.parametrize("url", ["http://example.com/v0.4", "ftp://127.0.0.1/", "127.0.0.1"])
@pytest.mark.parametrize("command", [["ls"], ["backends"], ["open", FORTE, "--max-jobs", "1", "--yes"], ["id"]])
def test_a_url_that_is_not_safe_is_wrong_usage(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, url: str, command: list[str]
) -> None:
    monkeypatch.setenv("IONQ_API_URL", url)
    monkeypatch.setenv("IONQ_API_KEY", KEY)
    told = shell(*command)
    assert (told.code, told.out) == (2, "")
    assert "IONQ_API_URL" in told.err


@pytest.mark.parametrize("text", ["not toml [", "poll_interval = 'x'", "nonsense = 1", "profile = 'nobody'"])
def test_a_configuration_that_cannot_be_read_is_wrong_usage(site: Site, shell: Shell, home: Path, text: str) -> None:
    config = home / "ours.toml"
    config.write_text(text)
    for argv in (["ls", "--config", str(config)], ["--config", str(config), "ls"]):
        told = shell(*argv)
        assert (told.code, told.out) == (2, "") and str(config) in told.err
    assert shell("ls", "--config", str(home)).code == 2
    assert site.asked == []


def test_a_profile_can_be_named_before_and_after_the_command(site: Site, shell: Shell, home: Path) -> None:
    config = home / "ours.toml"
    config.write_text(f'[profiles.lab]\nurl = "{site.server.url}"\nkey_command = "echo {KEY}"\n[profiles.none]\n')
    config_option = ["--config", str(config)]
    for argv in (["--profile", "lab", *config_option, "ls"], ["ls", "--profile", "lab", *config_option]):
        assert shell(*argv).code == 0
    assert shell("--profile", "none", *config_option, "ls").code == 1
    assert shell("--profile", "nobody", *config_option, "ls").code == 2


def test_a_log_that_cannot_be_written_is_wrong_usage(site: Site, shell: Shell, home: Path) -> None:
    told = shell("ls", "--log", str(home / "no" / "such.log"))
    assert (told.code, told.out) == (2, "") and "--log" in told.err
    assert site.asked == []


@pytest.mark.parametrize("text", ["much", "nan", "-1", "", "inf", "1e99"])
def test_an_unreadable_patience_is_no_crash(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("IONQ_TUI_PATIENCE", text)
    assert shell("id").code == 1
    if text != "-1":
        assert shell("ls").code == 0


def test_a_port_in_use_is_refused(site: Site, shell: Shell) -> None:
    told = shell("simulate", "--port", str(site.server.port))
    assert (told.code, told.out) == (1, "") and "cannot be used" in told.err
    assert shell("simulate", "--port", "70000").code == 2
    assert shell("simulate", "--speed", "nan").code == 2


def test_a_reader_that_leaves_is_no_error(site: Site) -> None:
    with process("backends") as listing:
        assert listing.popen.stdout is not None
        listing.popen.stdout.close()
        listing.popen.stdout = None
        _, err = listing.popen.communicate(timeout=20)
    assert "Traceback" not in err and "BrokenPipe" not in err


def test_a_full_disk_is_said(site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        told = shell("backends")
    assert told.code == 1 and "could not be written" in told.err


@pytest.mark.parametrize(("argv", "code"), [(["id"], 1), (["show", "a", "b"], 2), (["id", "--profile", "nobody"], 2)])
def test_a_complaint_that_nobody_can_read_is_no_other_exit_code(site: Site, argv: list[str], code: int) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ionq_tui", *argv], cwd=ROOT, stderr=full, stdin=subprocess.DEVNULL, timeout=20
        )
    assert done.returncode == code


def test_what_a_lost_terminal_left_unwritten_is_no_exit_code(site: Site) -> None:
    # The picture is written through standard error; what was on its way when the terminal went stays in there.
    program = (
        "import sys; from contextlib import suppress; from ionq_tui.cli import main as cli\n"
        "def lost(args):\n"
        "    with suppress(OSError): print('half a picture', file=sys.stderr)\n"
        "    return 129\n"
        "cli._run = lost\n"
        "sys.exit(cli.main(['id']))"
    )
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=full, stderr=full, timeout=20)
    assert done.returncode == 129
