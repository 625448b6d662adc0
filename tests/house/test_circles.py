"""No module needs another that needs it, were it for its types only."""

from __future__ import annotations

from pathlib import Path

from tests.house.source import imported, modules

Graph = dict[str, set[str]]


def dotted(path: Path) -> str:
    """Return the name a module is imported by."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def needs() -> Graph:
    """Return which modules each module imports, anywhere in it and for type checkers too."""
    names = {dotted(path): path for path in modules()}

    def known(name: str) -> str:
        while name and name not in names:
            name = name.rpartition(".")[0]
        return name

    return {
        name: {known(other) for other in imported(path)} - {name, "", *parents(name)} for name, path in names.items()
    }


def parents(name: str) -> set[str]:
    """Return the packages that a module is in: importing it imports them in any case."""
    parts = name.split(".")
    return {".".join(parts[:length]) for length in range(1, len(parts))}


def circles(graph: Graph) -> list[set[str]]:
    """Return the sets of modules of which each needs all others, by way of whichever."""
    reached: Graph = {name: set() for name in graph}
    for name in graph:
        waiting = [name]
        while waiting:
            found = graph[waiting.pop()] - reached[name]
            reached[name] |= found
            waiting += found
    together = [{other for other in reached[name] if name in reached[other]} for name in graph if name in reached[name]]
    return [one for number, one in enumerate(together) if one not in together[:number]]


def test_a_circle_is_found() -> None:
    graph: Graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
    assert circles(graph) == [{"a", "b", "c"}]


def test_no_module_needs_one_that_needs_it() -> None:
    graph = needs()
    assert sum(map(len, graph.values())) > 1_000
    assert circles(graph) == []
