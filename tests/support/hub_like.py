"""What a hub puts into its users' servers: it knows whose token a request has, and lets in the owner alone.

Loaded by a Jupyter server of a test, by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth import Authorizer, User
from jupyter_server.auth.identity import PasswordIdentityProvider

if TYPE_CHECKING:
    from tornado.web import RequestHandler

OTHER = "token-of-another-user"


class Users(PasswordIdentityProvider):
    """Two users: the owner, with the server's own token, and another one."""

    async def get_user_token(self, handler: RequestHandler) -> User | None:
        if self.get_token(handler) == OTHER:
            handler._token_authenticated = True  # type: ignore[attr-defined]
            return User(username="other")
        return await super().get_user_token(handler)  # type: ignore[no-any-return, misc]


class OwnerAlone(Authorizer):
    """Refuses everybody but the owner, whatever it is about."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        return user.username != "other"
