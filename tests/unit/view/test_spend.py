from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ionq_tui.model.job import Failure, Job, JobCost
from ionq_tui.model.money import Money
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, apply_costs, apply_jobs
from ionq_tui.view.spend import spend_rows, spend_table
from tests.support.amounts import usd
from tests.unit.view.scene import NOW, watch
from tests.unit.view.test_sanitize import harmless

MODEL = "ionq.circuit.v1, QCT"


def test_models_and_failures_with_their_jobs_and_money() -> None:
    assert spend_rows(watch()) == [
        (MODEL, "31", "18.20 usd"),
        ("of these failed: QuotaExhaustedError", "1", "0.00 usd"),
    ]
    assert spend_table(EMPTY_SNAPSHOT) == []


def test_at_least_until_all_is_listed_and_priced() -> None:
    assert spend_rows(watch(complete=False))[0] == (MODEL, "≥ 31", "≥ 18.20 usd")
    unpriced = replace(watch(), costs={key: cost for key, cost in watch().costs.items() if key != "job-000003"})
    assert spend_rows(unpriced)[0] == (MODEL, "31", "≥ 17.55 usd")
    unknown = replace(watch(), costs={})
    assert [row[2] for row in spend_rows(unknown)] == ["—", "—"]


def test_units_stand_side_by_side_and_dry_runs_cost_nothing() -> None:
    mixed = apply_costs(watch(), {"job-000003": JobCost(cost=Money(Decimal(7), "credit"))})
    assert spend_rows(mixed)[0][2] == "7.00 credit + 17.55 usd"
    dry = apply_jobs(EMPTY_SNAPSHOT, [Job("a", "completed", dry_run=True)], NOW, complete=True)
    assert spend_rows(dry) == [("unknown", "1", "dry run")]


def test_many_kinds_are_counted_and_hostile_words_are_harmless() -> None:
    jobs = [Job(f"j{n}", "failed", type=f"\x1b[2Jtype {n}", failure=Failure(f"\u202ecode {n}", "")) for n in range(30)]
    many = apply_costs(
        apply_jobs(EMPTY_SNAPSHOT, jobs, NOW, complete=True), {one.id: JobCost(cost=usd("1")) for one in jobs}
    )
    rows = spend_rows(many)
    assert rows[8] == ("and 22 more models", "22", "—") and rows[17] == ("and 22 more kinds of failure", "22", "—")
    assert len(rows) == 18 and all(harmless(line) for line in spend_table(many))


def test_where_it_is_narrow_names_are_cut_and_no_number() -> None:
    told = spend_table(watch(), 40)
    assert told == [
        "JOB MODEL                JOBS    CHARGED",
        "ionq.circuit.v1, QCT       31  18.20 usd",
        "of these failed: Quota…     1   0.00 usd",
    ]
    assert spend_table(watch(), 200) == spend_table(watch())
