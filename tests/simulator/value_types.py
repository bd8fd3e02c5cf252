# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types that the contracts of several resources share."""

from __future__ import annotations

import uuid
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tests.simulator.contract import absolute_uri, whole


def number(value: Any) -> Any:
    """Accept a JSON number of at least zero. A boolean is not a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PydanticCustomError("number_type", "Expected number, received another type")
    if not 0 <= value < float("inf"):
        raise PydanticCustomError("greater_than_equal", "Number must be greater than or equal to 0")
    return value


def https_uri(value: str) -> str:
    """Accept an https URI with a host."""
    if urlsplit(absolute_uri(value)).scheme != "https":
        raise PydanticCustomError("uri", "Invalid uri: https is required")
    return value


def uri_or_empty(value: str) -> str:
    """Accept a URI, or the empty text that clears it."""
    return absolute_uri(value) if value else value


Text = Annotated[str, Field(min_length=1)]
Number = Annotated[Any, AfterValidator(number)]
Integer = Annotated[int, BeforeValidator(whole)]
HttpsUri = Annotated[str, AfterValidator(https_uri)]
OptionalUri = Annotated[str, AfterValidator(uri_or_empty)]


def fresh_uuid() -> str:
    """Return a new id in the server's format."""
    return str(uuid.uuid4())
