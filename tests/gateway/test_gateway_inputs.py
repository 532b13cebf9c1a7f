"""The files that come with an order: how long they are kept, and what else a local order may say."""

import base64
from pathlib import Path

import httpx  # noqa: TID251 an independent client is the judge of a server
import pytest

from support.gateway_app import House, build_house

PNG = b"\x89PNG\r\n\x1a\n and so on"
MP4 = b"\0\0\0\x18ftypmp42 and so on"
MP3 = b"ID3 and so on"


def send(house: House, files: dict[str, bytes], *, key: str | None = None, **fields: str) -> httpx.Response:
    parts: dict[str, object] = {name: (None, value) for name, value in ({"prompt": "a sea"} | fields).items()}
    parts |= {name: (f"a.{name}", data) for name, data in files.items()}
    return house.request("POST", "/v1/videos", files=parts, headers={"idempotency-key": key} if key else {})


def kept(house: House) -> list[Path]:
    folder = house.folder / "clips" / "inputs"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_every_field_reaches_the_engine(house: House) -> None:
    """The shape has few words; the others are ours."""
    files = {"last_frame": PNG, "video": MP4, "audio": MP3}
    reply = send(house, files, negative_prompt="people", enhance="true", sound="true")
    house.wait()
    (order,) = house.engine.orders
    assert [Path(str(name)).read_bytes() for name in (order.last_frame, order.video, order.audio)] == [PNG, MP4, MP3]
    assert (order.image, order.negative, order.enhance, order.sound) == (None, "people", True, True)
    assert "x-videogen-ignored" not in reply.headers


@pytest.mark.parametrize(
    "reference", [f"data:image/png;base64,{base64.b64encode(PNG).decode()}", base64.b64encode(PNG).decode()]
)
def test_a_picture_may_stand_in_the_json(house: House, reference: str) -> None:
    """As a data address or as base64, by itself or in an object."""
    for value in (reference, {"image_url": reference}) if reference.startswith("data:") else (reference,):
        reply = house.create(prompt="a sea", input_reference=value)
        house.wait()
        assert Path(str(house.engine.orders[-1].image)).read_bytes() == PNG
        assert "x-videogen-ignored" not in reply.headers


@pytest.mark.parametrize(
    ("size", "drawn"),
    [
        ("1280x720", (640, 360)),
        ("1920x1080", (960, 540)),
        ("400x200", (288, 144)),
        ("256x144", (256, 144)),
        ("192x192", (192, 192)),
    ],
)
def test_a_draft_is_half_as_large_but_never_too_small(house: House, size: str, drawn: tuple[int, int]) -> None:
    """Its shape stays, and it is drawn at twelve frames a second unless another pace is named."""
    house.create(prompt="a sea", size=size, draft=True)
    house.create(prompt="a sea", size=size, draft=True, fps=30)
    house.wait()
    house.wait()
    assert [(order.width, order.height, order.fps) for order in house.engine.orders] == [(*drawn, 12), (*drawn, 30)]


def test_files_go_with_their_job(house: House) -> None:
    """A file is kept while a job names it: the remix of a job has its picture still when that job is deleted."""
    first = send(house, {"input_reference": PNG, "audio": MP3}).json()["id"]
    house.wait()
    again = house.request("POST", f"/v1/videos/{first}/remix", json={"prompt": "a storm"}).json()["id"]
    house.wait()
    assert house.request("DELETE", f"/v1/videos/{first}").status_code == 200
    assert sorted(path.read_bytes() for path in kept(house)) == [MP3, PNG]
    assert house.request("DELETE", f"/v1/videos/{again}").status_code == 200
    assert kept(house) == []


def test_a_repeated_order_keeps_one_copy(house: House) -> None:
    """The same key with the same body is the same job, with the files of the first time."""
    first, second = (send(house, {"input_reference": PNG}, key="k").json()["id"] for _ in range(2))
    assert first == second
    assert len(kept(house)) == 1
    refused = send(house, {"input_reference": PNG + b"!"}, key="k")
    assert refused.status_code == 409
    assert [path.read_bytes() for path in kept(house)] == [PNG]


def test_what_nobody_ordered_is_swept_away_at_the_start(house: House) -> None:
    """A file whose order was never written down goes; one that a job names stays, for others to begin with."""
    job_id = send(house, {"input_reference": PNG}).json()["id"]
    house.wait()
    (picture,) = kept(house)
    house.close()
    picture.with_name("stray").write_bytes(b"x")
    again = build_house(house.folder)
    try:
        assert kept(again) == [picture]
        assert again.get(f"/v1/videos/{job_id}").status_code == 200
    finally:
        again.close()


def test_files_are_for_their_owner_alone(house: House) -> None:
    """Other users of the machine cannot look into the folder."""
    send(house, {"input_reference": PNG})
    house.wait()
    assert (house.folder / "clips" / "inputs").stat().st_mode & 0o077 == 0


def test_an_enriched_prompt_is_told(house: House) -> None:
    """Where the engine says what it drew from, the video says so too; the prompt itself is as it was sent."""
    plain = house.get(f"/v1/videos/{house.finished()}").json()
    assert "revised_prompt" not in plain
    house.engine.revised = "a sea, at dawn"
    told = house.get(f"/v1/videos/{house.finished(enhance=True)}").json()
    assert (told["prompt"], told["revised_prompt"]) == ("a sea", "a sea, at dawn")
