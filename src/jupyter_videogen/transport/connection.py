"""A way to a provider: where requests go, with which key and headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.catalog.builtin import BROWSER_ORIGIN, LOCAL_ORIGIN
from jupyter_videogen.config.credentials import KEYRING
from jupyter_videogen.core.secrets import Hidden
from jupyter_videogen.transport import browser_engine
from jupyter_videogen.transport.endpoint import Endpoint, Fixed, Source
from jupyter_videogen.transport.local_gateway import LOCAL_PATH, LocalGateway, check_installed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.secrets import Secret

ENGINE_URL = "http://browser-engine.localhost/v1"
"""What a call to the engine inside this process is addressed to; it never leaves."""


class Connection:
    """A way to a provider: its row, the key and the headers that go with it."""

    def __init__(
        self,
        provider: Provider,
        secret: Secret | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        allow_insecure: bool = False,
        timeout: float | None = None,
    ) -> None:
        self.provider, self.timeout = provider, timeout
        self._secret, self._headers, self._allow_insecure = secret, Hidden(headers or {}), allow_insecure

    @property
    def local(self) -> bool:
        """Whether this leads to the local gateway."""
        return self.provider.base_url.startswith(LOCAL_ORIGIN)

    def check_engine(self) -> None:
        """Refuse, before anything is sent, an engine that cannot run here; raises `Unsupported`."""
        if self.local:
            check_installed()
        if self.provider.base_url == BROWSER_ORIGIN:
            browser_engine.check_here()

    @property
    def account(self) -> str:
        """The mark of the key, by which the ledger tells accounts apart; empty without one."""
        return self._secret.account if self._secret else ""

    @property
    def is_private(self) -> bool:
        """Whether other processes can't make it again: its key is written nowhere, or headers or a consent go with it."""
        found = {self.provider.key_env, KEYRING}
        return (self._secret is not None and self._secret.source not in found) or bool(
            self._headers or self._allow_insecure
        )

    def source(self, home: Path) -> Source:
        """Return what knows the endpoint: calls go there."""
        if self.local:
            return LocalGateway(home, self.provider.base_url.removeprefix(LOCAL_ORIGIN) or LOCAL_PATH)
        if self.provider.base_url == BROWSER_ORIGIN:
            return Fixed(Endpoint(ENGINE_URL, engine=browser_engine.engine_here()))
        return Fixed(Endpoint(self.provider.base_url, self._secret, self._headers, self._allow_insecure))
