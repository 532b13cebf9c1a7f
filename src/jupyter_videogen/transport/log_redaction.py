"""Redact the HTTP library's log: a signed query in a URL gives access to anybody.

Only lines about our own calls are changed, which are those of the loop's thread; where there is one thread, all are.
"""

from __future__ import annotations

import logging
import re

from jupyter_videogen.core import redaction

THREAD = "videogen"
"""The name of the loop's thread."""
LAYERS = ("connection", "http11", "http2", "proxy", "socks")
LOGGERS = tuple(name for age in ("", "2") for name in (f"httpx{age}", *(f"httpcore{age}.{layer}" for layer in LAYERS)))
"""Of httpx and of httpx2, whichever is used. A filter is asked for its own logger's lines only, not for those of loggers below."""
QUERY = re.compile(r"\?[^\s'\"]+")
USERINFO = re.compile(r"//[^\s/@'\"]+@")
HEADERS = re.compile(r"(b'(?:set-cookie|location)', b)(?:'[^']*'|\"[^\"]*\")", re.IGNORECASE)


class Redacted(logging.Filter):
    """Takes queries, user names and passwords out of addresses, and out of replies what may hold them."""

    all_threads = False
    """Whether our calls are not told by their thread."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change a line of ours, keep all."""
        if self.all_threads or record.threadName == THREAD:
            words = HEADERS.sub(r"\1'…'", record.getMessage())
            record.msg, record.args = redaction.redact(USERINFO.sub("//…@", QUERY.sub("?…", words))), None
        return True


class Ours(logging.Filter):
    """Takes the keys that were sent out of our own lines and their tracebacks: an error may quote what a provider said."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change a line where it holds one, keep all."""
        if record.exc_info:
            record.exc_text = redaction.redact(logging.Formatter().formatException(record.exc_info))
        words = record.getMessage()
        if (cleaned := redaction.redact(words)) != words:
            record.msg, record.args = cleaned, None
        return True


_redacted, _ours = Redacted(), Ours()


def install(*, all_threads: bool = False) -> None:
    """Put the filter where the library logs; once is enough, twice does no harm."""
    _redacted.all_threads = all_threads
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_redacted)
    logging.getLogger("jupyter_videogen").addFilter(_ours)
