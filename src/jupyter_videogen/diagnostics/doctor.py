"""`vg.doctor()`: look at everything that has kept somebody from a clip, and say what to do about it.

Nothing that is paid for is sent: services are asked for their list of models, or whether they are there at all. Every
check is one small function of a `Place`; one that fails becomes a finding itself.
"""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from jupyter_videogen.catalog import builtin, registry
from jupyter_videogen.config import credentials
from jupyter_videogen.core import environment, secrets
from jupyter_videogen.core.errors import AuthError, VideogenError
from jupyter_videogen.core.job import ENDED
from jupyter_videogen.diagnostics import probe
from jupyter_videogen.diagnostics.probe import Answer, Question
from jupyter_videogen.diagnostics.report import Finding, Report, State, shorten_home
from jupyter_videogen.dialects.base import Call, ListsModels
from jupyter_videogen.filesystem import network_mounts
from jupyter_videogen.filesystem.private_folder import OTHERS_WRITE
from jupyter_videogen.ledger.database import VERSION
from jupyter_videogen.ledger.ledger import AT_REST
from jupyter_videogen.transport import local_gateway, url_policy
from jupyter_videogen.transport.client import Endpoint, Fixed

if TYPE_CHECKING:
    from jupyter_videogen.catalog.provider import Provider

LIMIT = 10.0
"""Seconds that a service has for its answer."""
LITTLE, SCARCE = 2 * 1024**3, 200 * 1024**2
"""Bytes of free space from which on it is worth a word, and from which on clips will not fit."""
SKEW, WRONG = 60.0, 300.0
"""Seconds by which this clock may differ from a service's; signed links are good for minutes."""
ACCEPTED, REFUSED, BROKEN = range(200, 300), (401, 403), 500
MUST = ("ipython", "anywidget", "ipywidgets", "httpx")
MAY = ("jupyterlab", "notebook")
BEGINNINGS = {"qubax": "qbx_live_", "aihubmix": "sk-", "openai": "sk-"}
"""What a service's keys begin with, by its own documentation."""
BUNDLE = Path(__file__).parent.parent / "static" / "widget.js"


class Surroundings(NamedTuple):
    """The surroundings that are looked at; a test puts its own in."""

    home: Path
    folder: Path
    server_root: Path | None
    modules: Mapping[str, object]
    """What is loaded in this process."""
    version: Callable[[str], str | None]
    """The version of a distribution, None where it is not installed."""
    free: Callable[[Path], int]
    """Bytes free on a path's disk."""
    mounts: str
    """Linux's table of mounts, empty elsewhere."""
    now: Callable[[], float]
    """Seconds since the epoch."""
    ask: Callable[[Sequence[Question], float], list[Answer]] | None
    """Asks services; None without a network."""


def current_surroundings(*, network: bool) -> Surroundings:
    """Return the surroundings of this process."""
    return Surroundings(
        home=environment.home(),
        folder=environment.folder(),
        server_root=environment.server_root(),
        modules=sys.modules,
        version=_version,
        free=lambda path: shutil.disk_usage(path).free,
        mounts=network_mounts.read_mounts(),
        now=time.time,
        ask=probe.ask_all if network else None,
    )


def doctor(*, network: bool = True) -> Report:
    """Look at this installation and give a report: versions, kernel, ledger, disk, keys, services, clock.

    Sends nothing that is paid for, and with `network=False` nothing at all. It never raises; keys are named by where they
    were found, and never shown.
    """
    return run_checks(current_surroundings(network=network))


def run_checks(place: Surroundings) -> Report:
    """Return the report on some surroundings."""
    return Report(finding for check in CHECKS for finding in _safely(check, place))


def _safely(check: Check, place: Surroundings) -> list[Finding]:
    """Make a finding of a check that fails; of its error only the kind is told, for its text may hold anything."""
    try:
        return list(check(place))
    except Exception as error:  # noqa: BLE001 - whatever it is, the other checks go on
        name = check.__name__.strip("_").replace("_", " ").capitalize()
        return [Finding(name, "note", f"This could not be looked at ({type(error).__name__}).")]


def _versions(place: Surroundings) -> Iterator[Finding]:
    """Check the interpreter and the packages that matter."""
    yield Finding("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    ours = place.version("jupyter-videogen")
    yield Finding("jupyter-videogen", "ok", ours or "a source tree that is not installed")
    found = {name: place.version(name) for name in (*MUST, *MAY)}
    words = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    if missing := [name for name in MUST if not found[name]]:
        cure = "Install it again: pip install --force-reinstall jupyter-videogen."
        yield Finding("Packages", "problem", f"{', '.join(missing)} missing; {words}", cure)
    else:
        yield Finding("Packages", "ok", words)


def _kernel(place: Surroundings) -> Iterator[Finding]:
    """Say what the version of ipykernel means for clicks while a cell runs."""
    number = place.version("ipykernel")
    if number is None:
        yield Finding("Kernel", "note", "ipykernel is not installed: the Python API works, cells and forms do not.")
        return
    major, minor = _numbers(number)
    if major < 7:  # noqa: PLR2004 - subshells came with 7
        words = f"ipykernel {number}: clicks such as Cancel wait until the running cell ends."
        yield Finding("Kernel", "note", words, "Upgrade it: pip install -U ipykernel.")
    elif (major, minor) == (7, 0):
        words = f"ipykernel {number}: jobs work, but other widgets that are set from a thread fail in 7.0."
        yield Finding("Kernel", "note", words, "Upgrade it: pip install 'ipykernel>=7.1'.")
    else:
        yield Finding("Kernel", "ok", f"ipykernel {number}")


def _nesting(place: Surroundings) -> Iterator[Finding]:
    """Find the archived `nest_asyncio`, which is known by its replacing `asyncio.run`."""
    patched = getattr(asyncio.run, "__module__", "")
    if "nest_asyncio" not in place.modules or patched == "nest_asyncio2":
        return
    if patched != "nest_asyncio":
        yield Finding("nest_asyncio", "ok", "It is loaded, but was not applied.")
        return
    yield Finding(
        "nest_asyncio",
        "problem",
        "Something here has applied nest_asyncio. It is no longer maintained, ends tasks of the kernel, and loses clicks on "
        "ipykernel 7.4 and newer. Jobs still finish; a click on Cancel may do nothing.",
        "Take nest_asyncio.apply() out and restart the kernel; where it is needed, nest-asyncio2 is its continuation.",
    )


def _page(place: Surroundings) -> Iterator[Finding]:
    """Check the part that runs in the browser, and how its videos reach it."""
    if not BUNDLE.exists():
        yield Finding("Page", "problem", "The page's half of the form was not built.", "Run: python scripts/bundle.py.")
    elif environment.has_viewer():
        yield Finding("Page", "ok", "A page is connected to this kernel.")
    else:
        yield Finding("Page", "ok", "No page watches this process: cells wait for their clips, and there is no form.")
    root, folder = place.server_root, place.folder
    if root is None:
        return
    if not folder.is_relative_to(root):
        words = f"Clips go to {shorten_home(folder)}, outside the server's folder {shorten_home(root)}: the page cannot play them by address."
        yield Finding("Folder", "problem", words, "Open the notebook from a server that was started above it.")
    elif any(part.startswith(".") for part in folder.relative_to(root).parts):
        words = f"{shorten_home(folder)} is hidden, and the server gives out nothing that is: saved clips do not play."
        yield Finding("Folder", "problem", words, "Move the notebook to a folder whose name has no dot in front.")


def _home(place: Surroundings) -> Iterator[Finding]:
    """Where jobs are written down, and who else can."""
    home = place.home
    if not home.exists():
        yield Finding("Home", "ok", f"{shorten_home(home)}, made with the first job")
        return
    mode = stat.S_IMODE(home.stat().st_mode)
    if os.name == "posix" and mode & OTHERS_WRITE:
        words = f"Others may write to {shorten_home(home)} (mode {mode:o}): nothing is sent until they can't."
        yield Finding("Home", "problem", words, f"chmod go-w '{shorten_home(home)}'")
    elif not os.access(home, os.W_OK | os.X_OK):
        cure = "Point VIDEOGEN_HOME at a folder of your own."
        yield Finding("Home", "problem", f"{shorten_home(home)} can't be written to.", cure)
    else:
        yield Finding("Home", "ok", f"{shorten_home(home)}, writable by its owner alone")
    if open_files := [path.name for path in home.glob("ledger.sqlite3*") if os.name == "posix" and _others_read(path)]:
        words = f"Others may read {', '.join(sorted(open_files))}, where your prompts stand."
        yield Finding("Home", "note", words, f"chmod go-rwx '{shorten_home(home)}'/ledger.sqlite3*")
    if kind := network_mounts.remote_kind(home, place.mounts):
        words = f"{shorten_home(home)} is on a network file system ({kind}): SQLite's locks are not safe there."
        yield Finding("Home", "problem", words, "Point VIDEOGEN_HOME at a folder on a local disk.")


def _ledger(place: Surroundings) -> Iterator[Finding]:
    """Check the file of jobs: opened, checked, a write tried and taken back; nothing is changed."""
    path = place.home / "ledger.sqlite3"
    if not path.exists():
        yield Finding("Ledger", "ok", "none yet: no job has been made here")
        return
    try:
        facts = _read_ledger(path)
    except sqlite3.Error as error:
        words = f"{shorten_home(path)} can't be used ({error})."
        cure = "Look at the disk; a damaged file is set aside, not deleted, when the next job is made."
        yield Finding("Ledger", "problem", words, cure)
        return
    if facts.version > VERSION:
        cure = "Upgrade: pip install -U jupyter-videogen."
        yield Finding("Ledger", "problem", "It was written by a newer jupyter-videogen.", cure)
    elif facts.journal != "wal" or facts.check != "ok":
        words = f"journal mode {facts.journal}, check: {facts.check}"
        yield Finding("Ledger", "problem", words, "Point VIDEOGEN_HOME at a folder on a local disk.")
    else:
        jobs = sum(facts.states.values())
        yield Finding(
            "Ledger", "ok", f"{jobs} job{'' if jobs == 1 else 's'} in {_size(facts.bytes)}, whole and writable, WAL"
        )
    yield from _jobs(facts.states)


def _jobs(states: Mapping[str, int]) -> Iterator[Finding]:
    ended = {AT_REST.get(state, state) for state in ENDED}
    if going := sum(count for state, count in states.items() if state not in ended):
        yield Finding("Jobs", "note", f"{going} not finished", "%videogen jobs lists them; vg.resume() watches them.")
    if lost := states.get("unknown_outcome", 0):
        words = f"{lost} whose answer was lost: they may exist and may be charged"
        yield Finding("Jobs", "note", words, "Look at the service's own list; %videogen resume ID looks for one again.")


def _disk(place: Surroundings) -> Iterator[Finding]:
    """Space for the ledger and for clips, and whether clips can be put where they belong."""
    for name, path in (("Disk of the home", place.home), ("Disk of the clips", place.folder / "videogen")):
        there = next(folder for folder in (path, *path.parents) if folder.exists())
        free = place.free(there)
        state: State = "problem" if free < SCARCE else "note" if free < LITTLE else "ok"
        cure = "" if state == "ok" else "Make some room: clips are 1 to 50 MB each."
        yield Finding(name, state, f"{_size(free)} free at {shorten_home(path)}", cure)
    if not os.access(there, os.W_OK | os.X_OK):
        cure = "Work in a folder that you may write to: clips go beside the notebook."
        yield Finding("Clips", "problem", f"{shorten_home(there)} can't be written to.", cure)


def _plug_ins(_: Surroundings) -> Iterator[Finding]:
    """List providers of other packages that could not be loaded; the others work without them."""
    for name, kind in registry.broken_plugins().items():
        yield Finding("Plug-in", "problem", f"{name} could not be loaded ({kind}).", "Mend or uninstall its package.")


def _proxies(_: Surroundings) -> Iterator[Finding]:
    """List the proxies on the way to services, by their hosts: a proxy's address may hold a password."""
    ways = {url_policy.proxy(row.base_url) for row in registry.all_providers().values() if row.key_env} - {None}
    for way in sorted(filter(None, ways)):
        try:
            parts = urlsplit(way)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            yield Finding("Proxy", "problem", "the proxy's address can't be read", "Look at HTTPS_PROXY and ALL_PROXY.")
            continue
        words = f"services are reached through {parts.scheme}://{parts.hostname}{port}"
        yield Finding("Proxy", "note", f"{words}; this machine's own addresses are not")
    if not ways:
        yield Finding("Proxy", "ok", "none")


def _keys(_: Surroundings) -> Iterator[Finding]:
    """Where each service's key comes from, and whether it can be one; never the key."""
    ring = credentials.keyring()
    without = []
    for row in _services():
        try:
            secret = credentials.find_key(row.name, row.key_env)
        except AuthError as error:
            yield Finding(f"{row.title} key", "problem", error.message, error.failure.next)
            continue
        if secret is None:
            without.append(row.title)
        else:
            yield _sound(row, secret)
    if without:
        cure = (
            "" if len(without) < len(_services()) else "%videogen connect NAME takes one; the local engine needs none."
        )
        yield Finding("No key for", "ok", ", ".join(without), cure)
    yield Finding("Keyring", "ok", ring.name or f"{ring.trouble}: a typed key is kept by the kernel alone")


def _sound(row: Provider, secret: secrets.Secret) -> Finding:
    beginning = BEGINNINGS.get(row.name, "")
    if secret.begins(beginning):
        return Finding(f"{row.title} key", "ok", f"found in {secret.source}; its format is sound")
    words = f"found in {secret.source}, but it does not begin with {beginning} as {row.title}'s keys do"
    return Finding(f"{row.title} key", "note", words, "Check that it is this service's key.")


def _services_and_clock(place: Surroundings) -> Iterator[Finding]:
    """Return whether each service that has a key is there and takes it, and what its clock says."""
    if place.ask is None:
        yield Finding("Services", "note", "Not asked: the network was left out.")
        return
    rows = list(_reachable(place))
    if not rows:
        yield Finding("Services", "ok", "none that has a key: nobody was asked")
        return
    answers = place.ask([question for _, _, question in rows], LIMIT)
    for (row, source, _), answer in zip(rows, answers, strict=True):
        yield _reached(row, source, answer)
    yield from _clock(next((answer.date for answer in answers if answer.date), ""), place.now())


def _reachable(place: Surroundings) -> Iterator[tuple[Provider, str, Question]]:
    """Return the services that can be asked, each with where its key came from and a question that is free."""
    for row in _services():
        with suppress(AuthError):  # said already
            if secret := credentials.find_key(row.name, row.key_env):
                yield row, secret.source, provider_question(row, Endpoint(row.base_url, secret))
    if door := local_gateway.running(place.home):
        yield builtin.LOCAL, "its runtime file", provider_question(builtin.LOCAL, door)


def provider_question(row: Provider, door: Endpoint) -> Question:
    """Ask for the list of models; where there is none, for anything at all, and then without the key."""
    if isinstance(row.dialect, ListsModels):
        call = row.dialect.models()
        return Question(Fixed(door), Call(call.method, call.url, headers=call.headers, timeout=LIMIT), door.base_url)
    return Question(Fixed(Endpoint(door.base_url)), Call("GET", "/", timeout=LIMIT), door.base_url)


def _reached(row: Provider, source: str, answer: Answer) -> Finding:
    name, status = "Local gateway" if row.key_env is None else row.title, answer.status
    if status is None:
        cure = "Check the network and the proxy; jobs that are on their way are looked at again when it is back."
        return Finding(name, "problem", f"not reached: {answer.trouble}", cure)
    if status >= BROKEN:
        return Finding(
            name, "note", f"reached, but it answers HTTP {status}", "Try again later: it has a problem of its own."
        )
    if not isinstance(row.dialect, ListsModels):
        return Finding(name, "ok", "reached; it has no free way to try the key")
    if status in REFUSED:
        cure = f"%videogen connect {row.name}" if row.key_env else "Restart the kernel."
        return Finding(name, "problem", f"reached, but it does not accept the key from {source} (HTTP {status})", cure)
    if status in ACCEPTED:
        return Finding(name, "ok", f"reached, and it answers to the key from {source}")
    return Finding(name, "note", f"reached, but its list of models answers HTTP {status}")


def _clock(date: str, now: float) -> Iterator[Finding]:
    """Compare this clock with a service's: links that were signed expire by the service's."""
    with suppress(ValueError):
        skew = now - parsedate_to_datetime(date).timestamp()
        words = f"{abs(skew):.0f} seconds {'ahead of' if skew > 0 else 'behind'} the service's clock"
        if abs(skew) <= SKEW:
            yield Finding("Clock", "ok", "agrees with the service's clock")
        else:
            yield Finding("Clock", "problem" if abs(skew) > WRONG else "note", words, "Set this machine's clock.")


def _local_engine(place: Surroundings) -> Iterator[Finding]:
    """Return whether clips can be drawn here without any account."""
    try:
        local_gateway.check_installed()
    except VideogenError as error:
        yield Finding("Local engine", "note", error.message, error.failure.next)
        return
    words = "is running" if local_gateway.running(place.home) else "installed; it starts by itself when it is needed"
    yield Finding("Local engine", "ok", words)


Check = Callable[[Surroundings], Iterable[Finding]]
CHECKS: tuple[Check, ...] = (
    _versions,
    _kernel,
    _nesting,
    _page,
    _home,
    _ledger,
    _disk,
    _local_engine,
    _plug_ins,
    _proxies,
    _keys,
    _services_and_clock,
)


class LedgerFacts(NamedTuple):
    """What a look into the ledger shows."""

    version: int
    journal: str
    check: str
    states: dict[str, int]
    bytes: int


def _read_ledger(path: Path) -> LedgerFacts:
    """Read the ledger without making, mending or migrating anything; tries a write and takes it back."""
    address = f"file:{quote(str(path))}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=2, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("ROLLBACK")
        return LedgerFacts(
            version=db.execute("PRAGMA user_version").fetchone()[0],
            journal=db.execute("PRAGMA journal_mode").fetchone()[0],
            check=db.execute("PRAGMA quick_check(1)").fetchone()[0],
            states=dict(db.execute("SELECT state, count(*) FROM jobs GROUP BY state")),
            bytes=sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*")),
        )


def _services() -> list[Provider]:
    """Return the providers that take a key."""
    return [row for row in registry.all_providers().values() if row.key_env and not registry.is_declared(row.name)]


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _numbers(number: str) -> tuple[int, int]:
    """Return the first two parts of a version."""
    major, minor, *_ = [*number.split("."), "0"]
    return int(major), int(minor)


def _others_read(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _size(count: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
