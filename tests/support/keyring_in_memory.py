"""The keyring of an operating system, in memory."""

from __future__ import annotations

KEY = "sk-canary-0123456789"


class Ring:
    """A stand-in for the `keyring` package: what the operating system keeps, in a dictionary."""

    name, priority = "Test Keychain", 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0
        self.locked = False

    def get_keyring(self) -> Ring:
        return self

    def get_password(self, service: str, user: str) -> str | None:
        self.asked += 1
        if self.locked:
            raise RuntimeError(f"locked, and this is {KEY}")
        return self.kept.get((service, user))

    def set_password(self, service: str, user: str, password: str) -> None:
        if self.locked:
            raise RuntimeError(f"locked, and this is {KEY}")
        self.kept[service, user] = password

    def delete_password(self, service: str, user: str) -> None:
        del self.kept[service, user]
