"""One refusal, as it is raised here and as every caller of the OpenAI shape expects to read it."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

_SERVER = 500
_KINDS = {429: "rate_limit_error"}


class Problem(Exception):
    """A request that is answered with an error: what is wrong, in a sentence, and which field says so."""

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

    def body(self) -> dict[str, Any]:
        """Return the error as JSON values."""
        kind = "server_error" if self.status >= _SERVER else _KINDS.get(self.status, "invalid_request_error")
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    def response(self) -> JSONResponse:
        """Return the error as an HTTP answer."""
        return JSONResponse(self.body(), status_code=self.status, headers=self.headers)
