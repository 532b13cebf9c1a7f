"""Schemathesis against the synchronous dialect: whatever the document allows or forbids, the answer is a documented one."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

URL, TOKEN = sys.argv[1:3]
SEED = Path(__file__).parent.parent / "seeds" / "001_qubrid_openapi.txt"
BOUNDLESS = "positive_data_acceptance"
"""The one check left out: the document sets no bounds for lengths, sizes and files, and this computer has some."""

document = re.search(r"^openapi: 3\.0\.3.*?(?=^````)", SEED.read_text("utf-8"), re.DOTALL | re.MULTILINE)
assert document
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "openapi.yaml"
    path.write_text(document[0])
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", str(path)),
        *("--url", f"{URL}/qubrid/v1", "--header", f"Authorization: Bearer {TOKEN}"),
        *("--checks", "all", "--exclude-checks", BOUNDLESS, "--max-examples", "60", "--seed", "7", "--no-color"),
    ]
    sys.exit(subprocess.run(command, cwd=folder, check=False).returncode)
