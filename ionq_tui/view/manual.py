"""The parts of the manual page that no parser knows: files, examples, and the table of environment variables.

The README shows the same tables; a test compares them. What stands between backticks is typed literally.
"""

from __future__ import annotations

from ionq_tui.view.environment import ENVIRONMENT as TABLE

Rows = tuple[tuple[str, str], ...]
"""What is explained, and the explanation."""

NAME = "dashboard and commands for IonQ sessions"
DESCRIPTION = (
    "A session is paid priority access to an IonQ quantum computer. While it is open, the jobs you send into it run"
    " before the jobs in the public queue. It ends when it reaches a limit that you set on jobs, time, or cost.",
    "Without a command, `ionq-tui` opens the dashboard, which shows the sessions of your organization, what each one"
    " has used and cost, and opens and ends them. `ionq-tui --demo` does the same on a simulated cloud. The commands"
    " do the same without a screen, for scripts.",
    "The API key comes from `IONQ_API_KEY`, the `key_command` of the profile, or the system keyring; the first that"
    " has a key is used. No command takes the key as an argument. Commands that are billable, end, or cancel"
    " something ask once on a terminal, and without a terminal do nothing without `--yes`.",
)

EXIT_CODE_OF_RUN = (
    "`run` returns the exit code of its command once the end of the session is confirmed, and 3 otherwise. As in a"
    " shell, 126 and 127 mean that the command could not be started, and 128 + N that signal N ended it."
)

ENVIRONMENT: Rows = tuple((", ".join(f"`{name}`" for name in one.names), one.meaning) for one in TABLE)
FILES: Rows = (
    (
        "`config.toml`",
        "The configuration; `ionq-tui config` prints its path. It is created readable by you alone (0600). A"
        " file that contains a command (`key_command`, `on_event`) and that others can write is refused.",
    ),
    (
        "`journal.sqlite3`",
        "What was opened and ended on this machine, in your user state directory (on Linux "
        "`~/.local/state/ionq-tui`), readable by you alone. It contains no key.",
    ),
    (
        "`--log FILE`",
        "A log of each request to IonQ (method, path, status, milliseconds, request id), each decision to "
        "open, adopt, end, cancel, or clone with its result, and each error. It contains no key, header, or body. A "
        "new file is readable by you alone (0600); an existing file keeps its mode. `--log-level info` leaves"
        " out successful requests; `warning` and `error` keep only problems.",
    ),
    (
        "`ionq-job-ID.csv`, `.json`",
        "A job's result that you saved with `w`, in the folder where you started `ionq-tui`. No file is overwritten.",
    ),
)

EXAMPLES: Rows = (
    ("ionq-tui --demo", "Practice on a simulated cloud; no key is needed and nothing is billed."),
    ("ionq-tui backends", "List the quantum computers."),
    (
        "ionq-tui open qpu.forte-1 --max-jobs 40 --max-time 1h30m --max-cost 30 --yes",
        "Open a session with three limits and print its id.",
    ),
    (
        "ionq-tui run qpu.forte-1 --max-jobs 40 --yes -- python scan.py",
        "Open a session, run a program in it, and end the session, whatever the program does.",
    ),
    (
        "ionq-tui watch a1b2c3 --end-when-idle 15m --yes",
        "Print each change of session a1b2c3, and end it after 15 minutes without a job.",
    ),
    ("ionq-tui end --all-here --yes", "End every session that was opened on this machine."),
)
