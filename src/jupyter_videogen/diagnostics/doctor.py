"""`vg.doctor()`: check everything that can prevent a clip, and say what to do about it.

Nothing that is paid for is sent: providers are asked for their list of models, or whether they are there at all. Every
check is one function of the `Surroundings`; one that fails becomes a finding itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.diagnostics.ledger_check import check_ledger, check_watching
from jupyter_videogen.diagnostics.local_checks import (
    check_configuration,
    check_disk,
    check_home,
    check_kernel,
    check_local_engine,
    check_nest_asyncio,
    check_page,
    check_plugins,
    check_versions,
)
from jupyter_videogen.diagnostics.local_servers import check_local_servers
from jupyter_videogen.diagnostics.report import Finding, Report
from jupyter_videogen.diagnostics.service_checks import check_keys, check_providers, check_proxies
from jupyter_videogen.diagnostics.storage_check import check_storage, try_storage
from jupyter_videogen.diagnostics.surroundings import Check, Surroundings, current_surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence

CHECKS: tuple[Check, ...] = (
    check_versions,
    check_kernel,
    check_nest_asyncio,
    check_page,
    check_home,
    check_ledger,
    check_watching,
    check_configuration,
    check_disk,
    check_storage,
    check_local_engine,
    check_plugins,
    check_proxies,
    check_keys,
    check_providers,
)
"""In the order of the report."""


def doctor(*, network: bool = True, local: bool = False, storage: bool = False) -> Report:
    """Check this installation and return a report: versions, kernel, ledger, disk, keys, providers, clock.

    Sends nothing that is paid for, and with `network=False` nothing at all. It never raises; keys are named by where they
    were found, and never shown. `local=True` looks for servers of your own too: one GET without a key at the usual ports of
    this machine, and none where others share it. `storage=True` puts a small object into the configured storage, reads it
    back and deletes it.
    """
    asked = ((check_local_servers, local), (try_storage, storage))
    checks = (*CHECKS, *(check for check, wanted in asked if wanted))
    return run_checks(current_surroundings(network=network), checks)


def run_checks(place: Surroundings, checks: Sequence[Check] | None = None) -> Report:
    """Return the report on an environment."""
    return Report(finding for check in (CHECKS if checks is None else checks) for finding in _run_check(check, place))


def _run_check(check: Check, place: Surroundings) -> list[Finding]:
    """Return a check's findings; one that fails is a finding that names only the error's type, for its text may hold anything."""
    try:
        return list(check(place))
    except Exception as error:  # noqa: BLE001 - whatever it is, the other checks go on
        name = check.__name__.removeprefix("check_").replace("_", " ").capitalize()
        return [Finding(name, "note", f"This could not be checked ({type(error).__name__}).")]
