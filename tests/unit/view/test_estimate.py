from __future__ import annotations

from decimal import Decimal

import pytest

from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.money import Money
from ionq_tui.view.estimate import CircuitDraft, draft_of_circuit, estimate_words, reach_line, run_words
from ionq_tui.view.style import words
from tests.support.amounts import usd

KIND = "1,000 shots with 20 two-qubit gates"
TOLD = Estimate("qpu.forte-1", Circuit(), usd("0.65"), 14_000, 2_640_000)
OFFLINE = Fault(FaultKind.OFFLINE, "")


def test_an_estimate_says_for_which_kind_of_job_it_is() -> None:
    told = estimate_words(TOLD)
    assert told == "about 0.65 usd per 1,000 shots of 20 2q + 20 1q gates, 25 qubits"
    assert run_words(TOLD) == "about 14s, by the same estimate"
    assert [run_words(one) for one in (Estimate("b", Circuit()), OFFLINE, None)] == ["", "", ""]
    assert estimate_words(Estimate("b", Circuit(1, 0, 0, 1), usd("1"))).endswith(
        "per 1 shot of 0 2q + 0 1q gates, 1 qubit"
    )
    assert estimate_words(Estimate("b", Circuit())).startswith("IonQ gives no price per 1,000 shots")
    assert estimate_words(OFFLINE) == "none: IonQ cannot be reached"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(money=usd("30")), f"· 30.00 usd is about 46 jobs of {KIND} (estimate)"),
        (
            Limits(40, money=usd("30")),
            f"· 30.00 usd is about 46 jobs of {KIND} (estimate); the limit of 40 jobs comes first",
        ),
        (Limits(50, money=usd("30")), f"· 30.00 usd is about 46 jobs of {KIND} (estimate)"),
        (Limits(money=usd("0.65")), f"· 0.65 usd is about 1 job of {KIND} (estimate)"),
        (Limits(money=usd("0.64")), f"! 0.64 usd is less than one job of {KIND}: about 0.65 usd (estimate)"),
        (Limits(jobs=40), f"· 40 jobs of {KIND} cost about 26.00 usd (estimate)"),
        (NO_LIMITS, f"· 1 job of {KIND} costs about 0.65 usd (estimate)"),
        (
            Limits(money=Money(Decimal(30), "credit")),
            f"· a job of {KIND} costs about 0.65 usd (estimate), not in credit, the unit of the limit",
        ),
    ],
)
def test_about_how_many_jobs_the_limits_allow(limits: Limits, said: str) -> None:
    assert words(reach_line(TOLD, limits)) == said


def test_what_was_not_told_is_not_guessed() -> None:
    assert reach_line(None, NO_LIMITS) == ()
    assert words(reach_line(OFFLINE, NO_LIMITS)) == "· no job cost estimate: IonQ cannot be reached"
    assert (
        words(reach_line(Estimate("b", Circuit()), Limits(money=usd("30"))))
        == "· IonQ gives no price for jobs on this backend"
    )
    free = Estimate("simulator", Circuit(), usd("0"))
    assert words(reach_line(free, Limits(money=usd("30")))) == f"· a job of {KIND} costs about 0.00 usd (estimate)"


def test_a_kind_of_job_as_it_is_typed() -> None:
    mitigated = Circuit(error_mitigation=True)
    assert [draft_of_circuit(one).circuit for one in (Circuit(), mitigated)] == [Circuit(), mitigated]
    assert estimate_words(Estimate("b", mitigated, usd("1"))).endswith("25 qubits, errors mitigated")
    assert CircuitDraft(" 500 ", "0", "0", "2").circuit == Circuit(2, 0, 0, 500)


@pytest.mark.parametrize("odd", ["", "-1", "1.5", "x", "١٢", "2147483648", "9" * 30, "1e3"])
def test_what_is_no_number_is_said(odd: str) -> None:
    for name, draft in {
        "shots": CircuitDraft(odd, "1", "1", "1"),
        "2q gates": CircuitDraft("1", odd, "1", "1"),
        "1q gates": CircuitDraft("1", "1", odd, "1"),
        "qubits": CircuitDraft("1", "1", "1", odd),
    }.items():
        assert draft.circuit is None
        assert draft.trouble.startswith(f"{name}: ")
    assert CircuitDraft("0", "0", "0", "1").trouble == 'shots: "0" is not a whole number from 1 to 2,147,483,647'
