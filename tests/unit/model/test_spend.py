from __future__ import annotations

from decimal import Decimal

from ionq_tui.model.job import Failure, Job, JobCost
from ionq_tui.model.money import Money
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_costs, apply_jobs
from ionq_tui.model.spend import Spend, by_failure, by_model
from tests.support.amounts import usd
from tests.unit.engine.clock import NOON

CIRCUIT, OTHER = "ionq.circuit.v1", "ionq.quantum-function.v1"
LOST = Failure("QuantumComputerError", "the ion chain was lost")


def paid(text: str, unit: str = "usd") -> JobCost:
    return JobCost(cost=Money(Decimal(text), unit))


def made(costs: dict[str, JobCost], *jobs: Job) -> SessionSnapshot:
    return apply_costs(apply_jobs(EMPTY_SNAPSHOT, jobs, NOON, complete=True), costs)


def test_each_model_has_its_own_sum_exact_and_per_unit() -> None:
    watch = made(
        {"a": paid("0.1"), "b": paid("0.2"), "c": paid("3", "credit"), "d": paid("0.7")},
        Job("a", "completed", type=CIRCUIT, cost_model="QCT"),
        Job("b", "completed", type=CIRCUIT, cost_model="QCT"),
        Job("c", "completed", type=CIRCUIT, cost_model="QCT"),
        Job("d", "completed", type=CIRCUIT, cost_model="2QGE_operations"),
        Job("e", "ready", type=OTHER),
    )
    assert by_model(watch) == {
        (CIRCUIT, "QCT"): Spend(3, 3, 3, 0, (Money(Decimal(3), "credit"), usd("0.3"))),
        (CIRCUIT, "2QGE_operations"): Spend(1, 1, 1, 0, (usd("0.7"),)),
        (OTHER, ""): Spend(1, 0, 0, 0, ()),
    }


def test_failed_jobs_by_their_reason() -> None:
    watch = made(
        {"a": paid("0"), "b": paid("0.25"), "c": paid("9")},
        Job("a", "failed", failure=LOST),
        Job("b", "failed", failure=LOST),
        Job("c", "completed"),
        Job("d", "failed"),
    )
    assert by_failure(watch) == {
        "QuantumComputerError": Spend(2, 2, 2, 0, (usd("0.25"),)),
        "": Spend(1, 1, 0, 0, ()),
    }


def test_parts_and_dry_runs_are_not_charged_twice_or_at_all() -> None:
    watch = made(
        {"a": paid("1"), "part": paid("1"), "dry": paid("5"), "told dry": JobCost(dry_run=True, cost=usd("5"))},
        Job("a", "completed"),
        Job("part", "completed", parent_job_id="a"),
        Job("dry", "completed", dry_run=True),
        Job("told dry", "completed"),
    )
    assert by_model(watch) == {("", ""): Spend(3, 1, 1, 2, (usd("1"),))}


def test_what_was_told_before_the_end_is_charged_and_not_final() -> None:
    early = JobCost(cost=usd("0.30"), early=True)
    watch = made({"a": early}, Job("a", "completed"))
    (spend,) = by_model(watch).values()
    assert (spend.charged, spend.finished, spend.priced, spend.known) == ((usd("0.30"),), 1, 0, False)
    assert watch.priced_count == 0 and not watch.cost_is_final(watch.jobs["a"])
    final = apply_costs(watch, {"a": paid("0.65")})
    assert final.priced_count == 1 and apply_costs(final, {"a": early}) is final
