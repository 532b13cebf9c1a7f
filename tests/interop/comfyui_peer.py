"""Our client against comfy-api-proxy, the Comfy API v2 before a ComfyUI of one's own, and the stand-in ComfyUI of its source.

Real are the whole proxy and its state on disk. Stood in for is what needs a graphics card, by the program that the proxy's own
authors test with; it comes with their source distribution alone.
"""

import subprocess
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).parent
OURS, HOUSE = sys.argv[3], Path(sys.argv[4])
"""The Python that has our client, and the folder of this environment."""
VERSION = "0.1.6"
PATIENCE_SECONDS = 300


def stand_in() -> Path:
    """Return their stand-in, out of the source distribution of the version that is installed."""
    place = HOUSE / f"fake_comfyui-{VERSION}.py"
    if not place.exists():
        pip = [OURS, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*pip, "--dest", str(HOUSE), f"comfy-api-proxy=={VERSION}"], check=True)
        with tarfile.open(HOUSE / f"comfy_api_proxy-{VERSION}.tar.gz") as source:
            member = source.extractfile(f"comfy_api_proxy-{VERSION}/demo/fake_comfyui.py")
            assert member is not None
            place.write_bytes(member.read())
    return place


def main() -> int:
    """Run the stand-in, and our client beside it."""
    command = [sys.executable, str(HERE / "comfyui_backend.py"), str(stand_in())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as backend:
        assert backend.stdout is not None
        try:
            url = f"http://127.0.0.1:{backend.stdout.readline().strip()}"
            client = [OURS, str(HERE / "comfyui_client.py"), url, sys.executable]
            return subprocess.run(client, timeout=PATIENCE_SECONDS, check=False).returncode
        finally:
            backend.terminate()


sys.exit(main())
