"""The widgets that people meet: the form `VideoGen()`, the card below a cell, and the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from jupyter_videogen.catalog import builtin
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import Unsupported
from jupyter_videogen.core.request import CREDENTIAL, FIELDS, GenerationRequest
from jupyter_videogen.media import inputs
from jupyter_videogen.widget.form_widget import FormWidget
from jupyter_videogen.widget.protocol import (
    Edit,
    PageMessage,
    RequestView,
)
from jupyter_videogen.widget.views import request_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.job import Job


class VideoGen(FormWidget):
    """The prompt form with status, player, history and the newest clip. Takes the request's fields as its opening values.

    `state`, `jobs` and `clip` follow what happens: `observe("clip")` and `link` work as with any widget.
    """

    def __init__(
        self,
        *,
        provider: str | None = None,
        prompt: str = "",
        shared: bool | None = None,
        **options: Any,
    ) -> None:
        """Take the opening values; `shared` says that visitors see the page: they get their own jobs and no more.

        Under Voila a form is shared by itself; `shared=False` takes that back. `test=True` lists the test models.
        """
        given = {name: options.pop(name) for name in FIELDS if name in options}
        where = {"provider": provider, "model": given.get("model")}
        config = load_config()
        found = config.find_provider_with_models(config.pop_provider(where))
        opening = config.with_defaults(found, {**given, "model": where.get("model")})
        opening = {name: value for name, value in opening.items() if name in FIELDS}
        asked = inputs.collect({"model": None, **opening}, environment.home())
        start = request_view(GenerationRequest(prompt=prompt, **asked), environment.folder())
        super().__init__(found, start, config=config, shared=shared, **options)
        self._secrets = {name: value for name, value in asked.get("extra", {}).items() if CREDENTIAL.search(name)}


class Card(FormWidget):
    """The view of one job, below a cell or of the library; its form opens when somebody wants to make something like it."""

    def __init__(self, job: Job, **traits: Any) -> None:
        super().__init__(job.provider, request_view(job.record.request, environment.folder()), **traits)
        self.set_trait("jobs", (job,))
        self.follow(job)

    def _handle(self, message: PageMessage, buffers: Sequence[bytes]) -> dict[str, Any] | None:
        if isinstance(message, Edit):
            config = load_config()
            self._provider = config.find_provider_with_models(self._provider.name)
            self.form = self._form(config)
            return None
        return super()._handle(message, buffers)


class Library(FormWidget):
    """The library alone; its form opens when somebody makes something of a clip."""

    library = traitlets.Bool(default_value=True).tag(sync=True)

    def __init__(self) -> None:
        """Open it; raises `Unsupported` where visitors see the page, who have their own form's jobs and no more."""
        if environment.is_published():
            raise Unsupported("The library is not shown to visitors of a page.")
        super().__init__(load_config().find_provider(builtin.ENGINE.name), RequestView())

    def _handle(self, message: PageMessage, buffers: Sequence[bytes]) -> dict[str, Any] | None:
        if isinstance(message, Edit):
            config = load_config()
            self._provider = config.find_provider_with_models(self._mine(message.job_id).provider.name)
            self.form = self._form(config)
            return None
        return super()._handle(message, buffers)
