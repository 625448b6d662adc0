from __future__ import annotations

from ionq_tui.model.backend import Backend, Characterization, Measured
from ionq_tui.view.backend_compare import compare_lines
from ionq_tui.view.row import BackendItem
from ionq_tui.view.style import width_of, words


def item(name: str, two: float | None = None, queue: float | None = None, status: str = "available") -> BackendItem:
    fidelity = {} if two is None else {"2q": Measured(two)}
    measured = Characterization("c", name, fidelity=fidelity, timing={"2q": 970e-6} if two is not None else {})
    return BackendItem(Backend(name, status, average_queue_time=queue), measured)


SOME = (
    item("qpu.forte-1", 0.996, 3_600_000),
    item("qpu.aria-1", 0.984, 600_000),
    item("qpu.old", 0.9, 0, "retired"),
    item("qpu.new"),
    item("qpu.down", 0.992, 60_000, "unavailable"),
)


def told(width: int = 60, height: int = 40) -> list[str]:
    return [words(one) for one in compare_lines(SOME, width, height)]


def test_each_measure_is_a_block_of_bars_in_proportion() -> None:
    lines = told()
    assert lines[0] == "two-qubit gate error"
    assert [one.split()[:2] for one in lines[1:4]] == [
        ["qpu.forte-1", "0.40%"],
        ["qpu.aria-1", "1.60%"],
        ["qpu.down", "0.80%"],
    ]
    forte, aria, down = (one.count("█") for one in lines[1:4])
    assert aria > 20 and abs(forte * 4 - aria) <= 4 and abs(down * 2 - aria) <= 2
    assert lines[5] == "average queue now"
    assert [one.split()[0] for one in lines[6:8]] == ["qpu.forte-1", "qpu.aria-1"], "only where one can be opened"
    assert "two-qubit gate time" in lines and "SPAM error" not in lines, "what is known of none has no block"


def test_what_is_retired_or_unknown_has_no_line() -> None:
    assert not any("qpu.old" in one or "qpu.new" in one for one in told())
    assert compare_lines([item("qpu.new")], 60, 40) == []


def test_only_whole_blocks_are_shown_and_nothing_is_wider_than_the_room() -> None:
    for height in range(20):
        lines = told(height=height)
        assert len(lines) <= height and (not lines or lines[-1])
    for width in (40, 60, 100):
        assert all(width_of(one) <= width for one in compare_lines(SOME, width, 40))


def test_hostile_names_stay_words() -> None:
    (_, line, *_) = [words(one) for one in compare_lines([item("\x1b[31m[b]" + "x" * 100, 0.99)], 60, 9)]
    assert "\x1b" not in line and len(line) <= 60
