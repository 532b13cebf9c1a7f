"""When to look: bounds, hints and junk, and what earlier jobs change."""

from __future__ import annotations

from math import exp, inf, isfinite, log, nan
from random import Random
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_videogen.core import backoff
from jupyter_videogen.core.job import JobRecord
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.core.timing import JobKind, JobTiming, ProgressSample
from jupyter_videogen.runtime.polling.duration_model import MARKS, fit, fit_progress
from jupyter_videogen.runtime.polling.schedule import USUAL, Economy, PollSchedule, wait_for_all

settings.register_profile("schedule", max_examples=60, deadline=None)
settings.load_profile("schedule")


def job(model: str = "m", **request: object) -> JobRecord:
    return JobRecord(
        id="k3q7x2ma",
        state="running",
        request=GenerationRequest(prompt="a kite", model=model, **request),  # type: ignore[arg-type]
        provider="p",
        base_url="https://p.example",
        key_env=None,
        model=model,
        path="",
        fingerprint="",
        take=1,
        idempotency_key="",
        created_at=0.0,
    )


def kind(**fields: object) -> JobKind:
    """Return the kind of such a job."""
    return JobKind.of(job(**fields))  # type: ignore[arg-type]


def run(seconds: float, *, well: bool = True, model: str = "m", **facts: object) -> JobTiming:
    return JobTiming(seconds=seconds, well=well, model=model, **facts)  # type: ignore[arg-type]


anything = st.floats(allow_nan=True, allow_infinity=True)
ages = st.floats(0.0, 5_000.0)
jitters = st.floats(-1.0, 1.0)
histories = st.lists(st.builds(run, st.floats(0.01, 20_000.0), well=st.booleans()), max_size=40)


@given(histories, ages, jitters)
def test_a_wait_keeps_its_bounds(history: list[JobTiming], age: float, jitter: float) -> None:
    """Whatever was learnt, the next look is neither too soon nor too far away."""
    wait = PollSchedule(fit(history, kind())).wait(age, jitter=jitter)
    assert USUAL.soonest <= wait <= USUAL.latest


@given(histories)
def test_looks_come_one_after_the_other_and_never_stop(history: list[JobTiming]) -> None:
    """Times only grow, and a job that never ends is looked at for ever."""
    schedule, chance = PollSchedule(fit(history, kind())), Random(1)
    times = [0.0]
    for _ in range(60):
        times.append(times[-1] + schedule.wait(times[-1], jitter=chance.uniform(-1, 1)))
    assert times == sorted(set(times))


@given(histories, ages, st.floats(1.01, 1e6))
def test_a_hint_is_a_lower_bound(history: list[JobTiming], age: float, hint: float) -> None:
    """A provider that wants to be left alone for a while is, for two minutes at most."""
    wait = PollSchedule(fit(history, kind())).wait(age, poll_after=hint)
    assert min(hint, backoff.LATEST) <= wait <= backoff.LATEST


@pytest.mark.parametrize(("hint", "wait"), [(1.0, 1.0), (0.4, 0.4), (0.0, 0.2), (-5.0, 0.2)])
def test_a_service_of_short_jobs_is_taken_at_its_word(hint: float, wait: float) -> None:
    """One that suggests a look within a second is looked at then, five times a second at most."""
    assert PollSchedule(fit([], kind())).wait(30.0, poll_after=hint) == wait


@given(anything, anything, anything, anything)
def test_junk_never_raises(age: float, marked: float, progress: float, hint: float) -> None:
    """Odd ages, progress and hints give a wait all the same, with and without history."""
    marks = tuple(ProgressSample(10.0 * n, 10.0 * n) for n in range(1, 10))
    runs = [run(100.0, marks=marks)] * MARKS
    for schedule in (PollSchedule(fit([], kind())), PollSchedule(fit(runs, kind()), fit_progress(runs, "m"))):
        wait = schedule.wait(age, mark=ProgressSample(marked, progress), poll_after=hint)
        assert isfinite(wait)
        assert backoff.SOONEST <= wait <= backoff.LATEST


@pytest.mark.parametrize("seconds", [0.0, -3.0, nan, inf, 1e300, 1e-300])
def test_an_impossible_duration_teaches_nothing_harmful(seconds: float) -> None:
    """One nonsensical run among good ones leaves a belief that can be worked with."""
    wait = PollSchedule(fit([run(seconds), *[run(60.0)] * 20], kind())).wait(10.0)
    assert USUAL.soonest <= wait <= USUAL.latest


def looks(schedule: PollSchedule, end: float) -> tuple[float, int]:
    """The lag and the number of looks of a job that ends then, with no time lost on the way."""
    now, count = 0.0, 0
    while now < end:
        now, count = now + schedule.wait(now), count + 1
    return now - end, count


LAWFUL = [run(90.0 * exp(0.35 * NormalDist().inv_cdf((n + 0.5) / 41))) for n in range(41)]


def test_what_was_learnt_moves_the_looks_to_where_ends_are() -> None:
    """After many jobs about 90 s long there are few looks before 30 s, and close ones about 90 s."""
    schedule = PollSchedule(fit(LAWFUL, kind()))
    assert schedule.wait(10.0) > 3.0 * schedule.wait(90.0)
    assert schedule.wait(90.0) < 5.0


@pytest.mark.parametrize("scale", [0.2, 0.4, 2.5, 5.0])
def test_a_wrong_belief_costs_a_little(scale: float) -> None:
    """Jobs that take five times as long as ever, or a fifth, are seen ended within the widest gap."""
    schedule = PollSchedule(fit(LAWFUL, kind()))
    assert max(looks(schedule, scale * one.seconds)[0] for one in LAWFUL) <= USUAL.latest


def test_two_speeds_of_one_queue_are_two_humps() -> None:
    """Jobs that take 60 s or 240 s: between the two, looks are rare."""
    history = [run(60.0 + n / 10) for n in range(-20, 20)] + [run(240.0 + n) for n in range(-10, 10)]
    schedule = PollSchedule(fit(history, kind()))
    assert schedule.rate(60.0) > 1.3 * schedule.rate(130.0)
    assert schedule.rate(240.0) > 1.1 * schedule.rate(130.0)


def test_an_early_refusal_is_met_by_an_early_look() -> None:
    """However long jobs take, the first look comes within twenty seconds."""
    assert PollSchedule(fit([run(1_000.0)] * 50, kind())).wait(0.0) <= 20.0


def test_the_narrowest_circle_with_enough_jobs_is_believed() -> None:
    """Model before provider, and jobs of the same length, size and kind before the model."""
    others = [run(600.0, model="slow")] * 20
    model = [run(100.0, duration=8.0)] * 20
    same = [run(30.0, duration=4.0)] * 5
    images = [run(300.0, duration=4.0, kind="image")] * 5
    history = [*others, *model, *same, *images]
    assert fit(history, kind(duration=4.0)).typical == 30.0
    assert fit(history, kind(duration=4.0, image=Media(kind="image", url="https://a.example/b.png"))).typical == 300.0
    assert fit(history, kind(duration=12.0)).typical == 100.0
    assert fit(others, kind()).typical == 600.0
    assert fit([], kind()).typical is None


def test_refusals_are_not_what_is_usual() -> None:
    """Failed jobs draw looks to where they failed, and say nothing of how long a clip takes."""
    history = [run(90.0)] * 10 + [run(6.0, well=False)] * 10
    belief = fit(history, kind())
    assert (belief.typical, belief.runs) == (90.0, 10)
    assert belief.hazard(6.0) > 4.0 * fit([run(90.0)] * 10, kind()).hazard(6.0)


def test_time_left_and_slowness_come_from_the_same_belief() -> None:
    """Half of the jobs left end by the estimate; past nearly all of them one is slow."""
    schedule = PollSchedule(fit(LAWFUL, kind()))
    assert schedule.expected(0.0) == pytest.approx(90.0, rel=0.1)
    assert 20.0 < schedule.expected(85.0) < 50.0
    assert 150.0 < schedule.slow <= 4.0 * 90.0


def marked(seconds: float, error: float = 1.0) -> JobTiming:
    marks = tuple(ProgressSample(seconds * tenth / 10.0 * error, 10.0 * tenth) for tenth in range(1, 10))
    return run(seconds, marks=marks)


def test_progress_is_believed_once_it_has_proved_itself() -> None:
    """Honest progress of twenty jobs says when the next ends; of nineteen it says nothing."""
    history = [marked(40.0 + 5.0 * n) for n in range(MARKS)]
    mark = ProgressSample(60.0, 50.0)
    schedule = PollSchedule(fit(history, kind()), fit_progress(history, "m"))
    assert schedule.expected(60.0, mark) == pytest.approx(60.0, rel=0.15)
    assert schedule.wait(118.0, mark=mark) < schedule.wait(80.0, mark=mark)
    unproved = PollSchedule(fit(history, kind()), fit_progress(history[1:], "m"))
    assert unproved.wait(60.0, mark=mark) == unproved.wait(60.0)


def test_progress_that_has_misled_is_worth_little() -> None:
    """Where half-way was seen anywhere between a tenth and nine tenths, the belief hardly moves."""
    history = [marked(90.0, error) for error in (0.1, 0.3, 1.0, 1.5) for _ in range(MARKS // 4)]
    believed = fit_progress(history, "m").estimate(60.0, 50.0)
    assert believed is not None
    assert believed.spread > 0.8


def test_a_service_that_always_calls_it_half_done_too_early_is_corrected() -> None:
    """Progress that runs twice too fast is put right by what was learnt."""
    history = [marked(60.0 + n, 0.5) for n in range(MARKS)]
    estimate = fit_progress(history, "m").estimate(30.0, 50.0)
    assert estimate is not None
    assert exp(estimate.center) == pytest.approx(120.0, rel=0.05)


def test_one_list_for_many_is_asked_as_their_hazards_add_up() -> None:
    """Ten jobs are listed more often than three, never closer than a second, and a longer list less often."""
    schedule = PollSchedule(fit(LAWFUL, kind()))
    three, ten = [(schedule, 90.0)] * 3, [(schedule, 90.0)] * 10
    assert wait_for_all(ten) < wait_for_all(three)
    assert wait_for_all([(schedule, 90.0)] * 10_000) == USUAL.soonest
    assert wait_for_all(ten, calls=4) > wait_for_all(ten)
    assert wait_for_all([(schedule, 1.0)] * 10) <= USUAL.latest


def test_a_cheaper_look_is_taken_more_often() -> None:
    """The less lag a look may cost, the fewer there are."""
    belief = fit(LAWFUL, kind())
    dear, cheap = (PollSchedule(belief, economy=Economy(worth=worth)) for worth in (1.0, 0.1))
    assert looks(dear, 90.0)[1] < looks(cheap, 90.0)[1]


def test_the_law_of_a_belief_is_a_law() -> None:
    """Survival falls from one to nothing, and the quantile undoes it."""
    belief = fit(LAWFUL[:5], kind())
    survivals = [belief.density_and_survival(exp(x / 4))[1] for x in range(-8, 60)]
    assert survivals == sorted(survivals, reverse=True)
    assert survivals[0] == pytest.approx(1.0)
    assert survivals[-1] < 1e-3
    assert belief.density_and_survival(belief.quantile(0.3))[1] == pytest.approx(0.7, abs=0.01)
    assert log(belief.quantile(0.9)) > log(belief.quantile(0.1))
