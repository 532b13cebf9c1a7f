"""The shape of the local engine: OpenAI's, and in it what the engine did not draw of a prompt."""

from typing import Any

from jupyter_videogen.gateway.dialects.openai import OpenAI
from jupyter_videogen.gateway.jobs.store import Job


class Local(OpenAI):
    """The endpoints of the OpenAI shape, with `not_drawn` where the prompt has words for which there is no scene."""

    def _video(self, job: Job) -> dict[str, Any]:
        missing = (job.rendering or {}).get("not_drawn")
        return super()._video(job) | ({"not_drawn": missing} if missing else {})
