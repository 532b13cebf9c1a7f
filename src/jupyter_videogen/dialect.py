"""What a plug-in imports: the base class of dialects, their values, and the row of a provider.

The names here stay; the packages they come from are the project's own affair.
"""

from jupyter_videogen.catalog.capabilities import Capabilities
from jupyter_videogen.catalog.provider import Provider
from jupyter_videogen.core.clip import Artifact
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.http import Base64, Call, Malformed, Reply, Upload
from jupyter_videogen.core.prices import Price, Rate
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.dialects.base import (
    Accepted,
    Cancels,
    ChecksKeys,
    Dialect,
    Finished,
    Handle,
    Listed,
    ListedModel,
    ListsJobs,
    ListsModels,
    Looks,
    ModelList,
    Page,
    Refused,
    StatusUpdate,
)

__all__ = [
    "Accepted",
    "Artifact",
    "Base64",
    "Call",
    "Cancels",
    "Capabilities",
    "ChecksKeys",
    "Dialect",
    "Failure",
    "Finished",
    "GenerationRequest",
    "Handle",
    "Listed",
    "ListedModel",
    "ListsJobs",
    "ListsModels",
    "Looks",
    "Malformed",
    "Media",
    "ModelList",
    "Page",
    "Price",
    "Provider",
    "Rate",
    "Refused",
    "Reply",
    "StatusUpdate",
    "Upload",
]
