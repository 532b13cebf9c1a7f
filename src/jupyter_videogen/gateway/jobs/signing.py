"""Signatures: links that need no key, and tokens (JWT) that replace the gateway's token."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

PASS_SECONDS = 3600
_BYTES = 32


class Seal:
    """A signing secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, purpose: str, text: str) -> str:
        """Return the signature of a text for one purpose: a link or a pass."""
        return _encode(hmac.digest(self._secret, f"{purpose}\n{text}".encode(), hashlib.sha256))

    def holds(self, purpose: str, text: str, signature: str) -> bool:
        """Return whether a signature is the one of a text."""
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode())

    def grant(self) -> str:
        """Return a pass in the form of a JWT."""
        header = _encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        payload = _encode(json.dumps({"sub": "gateway", "exp": int(time.time()) + PASS_SECONDS}).encode())
        return f"{header}.{payload}.{self.sign('pass', f'{header}.{payload}')}"

    def admits(self, token: str) -> bool:
        """Return whether a text is a pass of ours that has not expired."""
        signed, _, signature = token.rpartition(".")
        if not self.holds("pass", signed, signature):
            return False
        payload = signed.partition(".")[2]
        values = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(values["exp"]) > time.time()

    def opener(self, token: str) -> Callable[[str], bool]:
        """Return the check of a key: the token itself, or a valid pass."""
        return lambda key: hmac.compare_digest(key.encode(), token.encode()) or self.admits(key)


def load(path: Path) -> Seal:
    """Return the seal kept in a file, which is made at the first start."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
    return Seal(path.read_bytes())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
