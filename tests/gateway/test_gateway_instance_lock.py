"""The lock on a home and the runtime file in it, without a gateway."""

import json
import stat
from pathlib import Path

import pytest

from jupyter_videogen.gateway import instance_lock

RUNTIME = instance_lock.RunningGateway(url="http://127.0.0.1:9", token="token", pid=1)  # noqa: S106 opens nothing


def test_a_home_that_is_held_in_silence_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the holder of the lock does not answer, the wait ends with a sentence that says what to do."""
    monkeypatch.setattr(instance_lock, "_WAIT_SECONDS", 0)
    with instance_lock.claim(tmp_path) as first:
        assert first is None
        with pytest.raises(instance_lock.HomeTakenError) as caught, instance_lock.claim(tmp_path):
            pytest.fail("two hold one home")
    assert str(caught.value) == f"Another process holds {tmp_path} and does not respond; end it and try again."


def test_a_home_can_be_claimed_again(tmp_path: Path) -> None:
    """The lock ends with its block."""
    for _ in range(2):
        with instance_lock.claim(tmp_path) as running:
            assert running is None


def test_a_runtime_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    """The file holds the three facts, for its owner alone, and nothing is left beside it."""
    folder = tmp_path / "gateway"
    folder.mkdir()
    instance_lock.write(folder, RUNTIME)
    instance_lock.write(folder, RUNTIME)
    (path,) = folder.iterdir()
    assert json.loads(path.read_text()) == {"url": "http://127.0.0.1:9", "token": "token", "pid": 1}
    assert (path.name, stat.S_IMODE(path.stat().st_mode)) == ("gateway.json", 0o600)
    assert instance_lock.read(folder) == RUNTIME


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"url": "", "token": ""}', '{"url": "", "token": "", "pid": "x"}']
)
def test_a_runtime_file_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    """Half a file, or another one's, is no gateway."""
    (tmp_path / "gateway.json").write_text(text)
    assert instance_lock.read(tmp_path) is None


def test_only_our_own_runtime_file_is_removed(tmp_path: Path) -> None:
    """A file that names a later gateway stays."""
    later = instance_lock.RunningGateway(url="http://127.0.0.1:10", token="later", pid=2)  # noqa: S106 opens nothing
    instance_lock.write(tmp_path, later)
    instance_lock.remove(tmp_path, RUNTIME)
    assert instance_lock.read(tmp_path) == later
    instance_lock.remove(tmp_path, later)
    assert instance_lock.read(tmp_path) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "", "http://[", "http://127.0.0.1:x", "file:///etc/passwd"])
def test_an_address_that_does_not_answer_is_no_gateway(url: str) -> None:
    """Whatever stands in the file, asking it never raises."""
    assert instance_lock.answers(instance_lock.RunningGateway(url=url, token="token", pid=1)) is False  # noqa: S106 opens nothing
