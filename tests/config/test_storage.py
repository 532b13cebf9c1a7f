"""`[storage] clips`: a folder of the user's own, by a URL that holds no credential; a project's file sends clips nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jupyter_videogen.config import files
from jupyter_videogen.config.storage import check_url
from jupyter_videogen.core.errors import InvalidRequest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket",
        "s3://bucket/",
        "gs://bucket/studies/2026",
        "abfs://clips@account/folder",
        "sftp://host:22/clips",
        "memory://clips",
    ],
)
def test_folders_of_storages(url: str) -> None:
    """Azure names the container before the account."""
    check_url(url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "is no URL of a storage"),
        ("clips", "is no URL of a storage"),
        ("file:///clips", "is no URL of a storage"),
        ("local://clips", "is no URL of a storage"),
        ("FILE://clips", "is no URL of a storage"),
        ("s3://", "is no URL of a folder"),
        ("s3:///folder", "is no URL of a folder"),
        ("s3://bucket//folder", "is no URL of a folder"),
        ("s3://bucket/my folder", "is no URL of a folder"),
        ("s3://bucket/*", "is no URL of a folder"),
        ("s3://bucket/[ab]", "is no URL of a folder"),
        ("s3://bucket/a\nb", "is no URL of a folder"),
        ("https://host/folder", "is no URL of a folder"),
        ("zip://a.zip", "is no URL of a folder"),
        ("simplecache::s3://bucket", "is a chain"),
        ("s3://bucket/../other", "has . or .. in it"),
        ("sftp://me@host/folder", "contains a user name"),
        ("s3://canary-1:canary-2@host/b", "contains a user name"),
        ("abfs://clips:canary-1@account/b", "contains a user name"),
        ("abfs://canary-1@clips@account/b", "contains a user name"),
        ("s3://bucket/a?token=canary-1", "contains a user name"),
        ("s3://bucket/a#canary-1", "contains a user name"),
    ],
)
def test_other_urls_are_refused_and_credentials_not_repeated(url: str, words: str) -> None:
    """Before anything is put anywhere."""
    with pytest.raises(InvalidRequest, match=words) as refused:
        check_url(url)
    assert refused.value.failure.next
    assert "canary" not in f"{refused.value} {refused.value.failure}"


def test_only_the_users_own_file_says_where_clips_go(tmp_path: Path) -> None:
    """A project's is told that it is not heard."""
    home, project = tmp_path / "home", tmp_path / "project"
    for folder in (home, project):
        folder.mkdir()
        (folder / files.NAME).write_text(f'[storage]\nclips = "s3://{folder.name}/clips"\n')
    layers = files.layers(home, project, {})
    assert files.merge_layers(layers).storage.clips == files.own_storage(home) == "s3://home/clips"
    assert [(setting.name, setting.value) for layer in layers for setting in layer.ignored] == [
        ("storage.clips", "s3://project/clips")
    ]
    (home / files.NAME).unlink()
    assert files.merge_layers(files.layers(home, project, {})).storage.clips is None


def test_a_credential_in_the_file_is_not_repeated(tmp_path: Path) -> None:
    """The error says what to do, and nothing goes into the storage meanwhile."""
    (tmp_path / files.NAME).write_text('[storage]\nclips = "s3://canary-1:canary-2@bucket/clips"\n')
    with pytest.raises(InvalidRequest, match="contains a user name") as refused:
        files.load(tmp_path, tmp_path)
    assert "canary" not in f"{refused.value} {refused.value.failure}"
    assert files.own_storage(tmp_path) is None
