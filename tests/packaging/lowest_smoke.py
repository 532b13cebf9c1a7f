"""What must work with the lowest versions of all dependencies: `python lowest_smoke.py core|frames|local|mcp`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where `support` is
os.environ["VIDEOGEN_HOME"] = str(Path.cwd() / "home")  # noqa: TID251 - before the package reads it

import jupyter_videogen as vg
from jupyter_videogen.runtime import process
from support.ipython_shell import Shell
from support.paid_server import Shop

SAMPLE = Path(__file__).parents[2] / "notebooks/videogen/a-paper-boat-crossing-a-neon-lit-puddle-firstone.mp4"


def core() -> None:
    """Check that a magic makes a clip at a provider, doctor speaks, and nothing of the extras is needed."""
    with Shop() as shop, Shell() as shell:
        os.environ["OPENAI_API_KEY"] = "canary-1"  # noqa: TID251 - a person's own
        said = shell.magic(f"-p openai --base-url {shop.url} --key-env OPENAI_API_KEY -m m --wait", "a kite")
        assert said.error is None, said.look
        assert Path(said.value.path).is_file()
        assert [sale.prompt for sale in shop.book] == ["a kite"]
        assert len(vg.doctor(network=False)) > 0
        assert "a kite" in repr(vg.jobs())
        vg.VideoGen().close()


def kept(path: Path) -> vg.Clip:
    """Return a file as a clip."""
    facts = {"job_id": "aaaaaaaa", "prompt": "a boat", "provider": "local", "model": "local/scenes"}
    return vg.Clip(path=str(path), bytes=path.stat().st_size, sha256="", **facts)


def frames() -> None:
    """Check that the frames of a clip are read, clips are joined, and small copies are made."""
    clip = kept(SAMPLE)
    both = kept(vg.concat([clip, clip]).save("two.mp4"))
    assert len(both.frames(every=1)) == 2 * len(clip.frames(every=1))
    assert clip.contact_sheet().ndim == len("HWC")
    assert clip.to_gif("boat.gif", 64).stat().st_size > 0
    assert clip.to_webp("boat.webp", 64).stat().st_size > 0


def local() -> None:
    """Check that the local engine makes clips, from a sentence and from a picture, which can be joined."""
    small = {"provider": "local", "duration": 1, "size": "256x144", "timeout": 120}
    with Shell() as shell:
        said = shell.magic("-p local -d 1 --size 256x144 --wait", "fire")
        assert said.error is None, said.look
    clip = said.value
    moved = vg.generate("go on", image=clip.last_frame, **small)
    assert len(moved.frames()) == len(clip.frames())
    assert len(kept(vg.concat([clip, moved]).save("fire.mp4")).frames()) == 2 * len(clip.frames())
    assert not vg.doctor(network=False).problems


def mcp() -> None:
    """Check that a host starts the server of the tools, is refused what nobody allowed, and is asked where somebody has."""
    asyncio.run(_visit())


async def _visit() -> None:
    from support.agent_host import Person, call, open_shop, session  # noqa: PLC0415 - its library is there now

    os.environ["SHOP_KEY"] = "canary-1"  # noqa: TID251 - a person's own
    home, paid, person = Path.cwd() / "home", {"prompt": "a kite", "model": "shop:a"}, Person()
    with Shop() as shop:
        open_shop(shop, home)
        async with session(person) as host:
            assert "no person has allowed it" in (await call(host, "start_video", **paid))["refused"]
        open_shop(shop, home, "[agents]\nper_day = 2.00\nconfirm_above = 0.10\n")
        async with session(person) as host:
            started = await call(host, "start_video", **paid)
            ended = await call(host, "wait_for_video", job_id=started["job_id"], seconds=60)
        assert ended["state"] == "succeeded", ended
        assert (len(person.asked), len(shop.book)) == (1, 1)


if __name__ == "__main__":
    {"core": core, "frames": frames, "local": local, "mcp": mcp}[sys.argv[1]]()
    process.close()
