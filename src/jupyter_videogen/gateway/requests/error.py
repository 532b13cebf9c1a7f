"""The errors of requests; each dialect formats them in its own way."""

from collections.abc import Mapping

_SERVER = 500
_KINDS = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    429: "rate_limit_error",
}


class Problem(Exception):
    """A request that gets an error: what is wrong, in a sentence, and the field at fault."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.headers = dict(headers or {})

    @property
    def kind(self) -> str:
        """The family of the error, as the providers name it."""
        return "server_error" if self.status >= _SERVER else _KINDS.get(self.status, "invalid_request_error")


class LostAnswerError(Exception):
    """The work is done, but the caller gets no answer."""


class SpoiltError(Exception):
    """An answer that is broken on purpose."""

    def __init__(self, status: int, media_type: str, body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.media_type = media_type
        self.body = body
