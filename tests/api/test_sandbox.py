"""The providers' twins on the local gateway: each protocol, without a key, found again after a restart."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.polling import schedule
from jupyter_videogen.transport.local_gateway import Ready

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def gateway(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """End the gateway that the test started."""
    monkeypatch.setattr(schedule, "USUAL", schedule.Economy(soonest=0.1, latest=0.1))
    yield
    file = home / "gateway" / "gateway.json"
    if file.exists():
        os.kill(msgspec.json.decode(file.read_bytes(), type=Ready).pid, signal.SIGTERM)


def test_every_provider_has_one_that_works() -> None:
    """Each gives a clip through its own dialect; nothing is charged, and no key is asked for."""
    jobs = {name: vg.sandbox(name).submit("Waves at sunset", duration=1) for name in builtin.PATHS}
    for name, job in jobs.items():
        assert job.result(120).bytes > 0
        assert (job.record.provider, job.record.cost, job.record.account) == (f"sandbox-{name}", 0.0, "")
        assert type(job.provider.dialect) is type(builtin.BUILT_IN[name].dialect)
        assert job.provider.simulated


def test_it_takes_what_its_provider_takes() -> None:
    """A setting that the provider lacks is refused or warned of as there; the test models are there."""
    qubax = vg.sandbox("qubax")
    with pytest.raises(vg.ContentPolicyError):
        qubax.generate("Waves at sunset", model="test/refused")
    models = {model.model: model.takes for model in qubax.models()}
    assert models["local/scenes"] == builtin.QUBAX.others.takes  # type: ignore[union-attr]  # it has them
    with pytest.raises(vg.ModelNotFound):
        qubax.generate("Waves at sunset", model="wan-2.7")


def test_its_job_is_found_again() -> None:
    """By a process that has only the ledger."""
    job = vg.submit("Waves at sunset", provider="sandbox-aihubmix", duration=1)
    assert job._watch.answered.wait(60)
    process.close()
    again = vg.job(job.id)
    assert again.result(120).bytes > 0
    assert again.provider.title == "AIHubMix sandbox"


def test_a_provider_without_one_is_refused() -> None:
    """With the nearest name."""
    with pytest.raises(vg.InvalidRequest, match=r"There is no sandbox for aihubmx\. Did you mean aihubmix\?"):
        vg.sandbox("aihubmx")
