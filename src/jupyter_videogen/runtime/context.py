"""What all runs of one process share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_videogen.core.clock import Clock
    from jupyter_videogen.ledger.ledger import Ledger
    from jupyter_videogen.runtime.places import Places
    from jupyter_videogen.runtime.polling.scheduler import PollScheduler
    from jupyter_videogen.runtime.uploads import Uploads


class RunContext(NamedTuple):
    """What a `Runner` and its `Saver` work with."""

    ledger: Ledger
    clock: Clock
    posters: Path
    """The folder of still pictures."""
    failpoint: Callable[[str], None]
    """Called with the name of each step; tests end the process there."""
    scheduler: PollScheduler | None = None
    """The scheduler of all jobs at one provider; None creates one for this job."""
    places: Places | None = None
    """The places that this process's grids hold at providers; None where there are none."""
    uploads: Uploads | None = None
    """Puts finished clips into the configured storage as well; None where nothing does."""
    preview: Callable[[bytes], None] | None = None
    """Takes the newest picture of the clip that is being made; None where nobody looks."""
