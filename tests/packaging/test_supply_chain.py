"""What is installed to check, to build and to show this package is held to hashes, and to public places."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import sbom

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements/ci.txt", "binder/requirements.txt", "binder/build.txt")
ENTRY = re.compile(r"(?m)^(?P<name>\S.*?) \\\n(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+)")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
USES = re.compile(r"(?m)^\s*- uses: (\S+)@(\S+)(.*)$")


def lines(path: str) -> list[str]:
    """The entries of a file of requirements, without comments."""
    return [line for line in (ROOT / path).read_text("utf-8").splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("path", LOCKS)
def test_everything_that_is_installed_has_a_hash_and_no_address(path: str) -> None:
    """Each entry is one exact version; a mirror has the same files."""
    text = "\n".join(lines(path)) + "\n"
    entries = ENTRY.findall(text)
    assert "".join(f"{name} \\\n{hashes}" for name, hashes in entries) == text
    wanted = [Requirement(name) for name, _ in entries]
    assert all(str(one.specifier).startswith("==") for one in wanted)
    assert not [one for one in wanted if one.url]
    assert "://" not in text


@pytest.mark.parametrize("path", LOCKS)
def test_the_locks_and_the_constraints_name_the_same_versions(path: str) -> None:
    """What is checked here is what is installed there."""
    kept: dict[str, set[str]] = {}
    for line in lines("constraints.txt"):
        one = Requirement(line)
        kept.setdefault(canonicalize_name(one.name), set()).add(str(one.specifier))
    for name, _ in ENTRY.findall("\n".join(lines(path)) + "\n"):
        one = Requirement(name)
        assert str(one.specifier) in kept.get(canonicalize_name(one.name), {str(one.specifier)})


def test_the_lock_of_the_page_has_a_hash_for_every_package() -> None:
    """And no address but that of a file of ours; `npm ci` takes nothing else."""
    packages = json.loads((ROOT / "js" / "package-lock.json").read_text("utf-8"))["packages"]
    fetched = {name: one for name, one in packages.items() if name and not one.get("link")}
    assert len(fetched) > 100
    assert all(one["integrity"].startswith("sha512-") for one in fetched.values())
    assert {one["resolved"].partition("/-/")[0].split("/")[2] for one in fetched.values() if "resolved" in one} <= {
        "registry.npmjs.org"
    }
    assert 'npm("ci"' in (ROOT / "scripts" / "bundle.py").read_text("utf-8")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_commits_and_say_their_version(workflow: Path) -> None:
    """A tag can be moved."""
    used = USES.findall(workflow.read_text("utf-8"))
    assert used
    for _, commit, comment in used:
        assert re.fullmatch(r"[0-9a-f]{40}", commit)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)


def test_only_the_publishing_job_can_publish() -> None:
    """Nothing is allowed to all jobs, no password exists, and what is published was tested and attested."""
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")
    assert "\npermissions: {}\n" in text
    assert "secrets." not in text
    assert not re.search(r"(?i)password:|token: ", text.replace("id-token: write", ""))
    jobs = dict(re.findall(r"(?ms)^  (\w+):\n(.*?)(?=^  \w+:\n|\Z)", text.partition("\njobs:\n")[2]))
    assert [name for name, job in jobs.items() if "id-token: write" in job] == ["attest", "publish"]
    assert [re.findall(r"needs: (\w+)", job) for job in jobs.values()] == [[], ["build"], ["test"], ["attest"]]
    assert all("persist-credentials: false" in job for job in jobs.values() if "actions/checkout@" in job)
    assert all(
        "--require-hashes" in line for line in text.splitlines() if "pip install" in line and "--no-index" not in line
    )


def test_a_tag_that_does_not_fit_is_refused() -> None:
    """With every place that says something else."""
    told = subprocess.run(
        [sys.executable, ROOT / "scripts" / "released.py", "v99.0"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert "pyproject.toml says" in told.stderr
    assert "version.py says" in told.stderr
    assert "CHANGELOG.md has no entry for 99.0 with a date." in told.stderr


def test_the_list_of_the_page_and_the_licences_page_agree() -> None:
    """By npm's own list in CycloneDX: every package is named with its licence."""
    told, page = sbom.page_components(), (ROOT / "docs" / "licences.md").read_text("utf-8")
    assert {one["name"] for one in told} == {"@preact/signals", "@preact/signals-core", "preact"}
    assert sbom.missing_from_page([one["name"] for one in told], page) == []
    for one in told:
        assert f"| `{one['name']}` | {sbom.licence_of(one)} |" in page
    assert sbom.missing_from_page(["left-pad"], page) == ["left-pad"]
