# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options of all modules, and the connection that they describe."""

from __future__ import annotations

import os
import re
from typing import Any, Mapping
from urllib.parse import urlsplit

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import (
    DEFAULT_BASE_URL,
    Connection,
    Credentials,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import FromEnvironment
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import fits_path

ACCOUNT_ID = Field("account_id", "str", env="CLOUDFLARE_ACCOUNT_ID")
API_TOKEN = Field("api_token", "str", secret=True, env="CLOUDFLARE_API_TOKEN")
API_EMAIL = Field("api_email", "str", env="CLOUDFLARE_EMAIL")
API_KEY = Field("api_key", "str", secret=True, env="CLOUDFLARE_API_KEY")
BASE_URL = Field(
    "base_url", "str", env="CLOUDFLARE_BASE_URL", forbidden=("@", "must not contain credentials: use api_token, or api_email and api_key")
)

CONNECTION_OPTIONS = (
    ACCOUNT_ID,
    API_TOKEN,
    API_EMAIL,
    API_KEY,
    BASE_URL,
    Field("timeout", "int", minimum=1, maximum=3600, default=30),
    Field("max_retries", "int", minimum=0, maximum=20, default=4),
    Field("rate_limit_wait", "int", minimum=0, maximum=86400, default=300),
    Field("validate_certs", "bool", default=True),
    Field("ca_path", "path"),
)


def connection_of(options: Mapping[str, Any]) -> Connection:
    """Return the connection for the ``options`` of a task, which include values from the environment.

    :raises InvalidOptions: with all problems; the message contains no credentials.
    """
    found: list[str] = []
    for field in CONNECTION_OPTIONS:
        found.extend(problems(field, options[field.name], field.name))
        if options[field.name] == "" and not field.secret:
            found.append(f"{field.name} is empty: give it a value, or leave it out")
    credentials = None if found else _credentials(options, found)
    found.extend(_account_problems(options["account_id"]))
    found.extend(url_problems(BASE_URL, options[BASE_URL.name], DEFAULT_BASE_URL))
    if options["ca_path"] and not os.path.exists(options["ca_path"]):
        found.append(f"ca_path {options['ca_path']} does not exist")
    if credentials is None or found:
        raise InvalidOptions(found)
    return Connection(
        account_id=str(options["account_id"]),
        credentials=credentials,
        base_url=str(options["base_url"] or DEFAULT_BASE_URL),
        timeout=options["timeout"],
        max_retries=options["max_retries"],
        rate_limit_wait=options["rate_limit_wait"],
        verify=(options["ca_path"] or True) if options["validate_certs"] else False,
        secrets=frozenset(str(options[field.name]) for field in (API_TOKEN, API_KEY) if options[field.name]),
    )


def _credentials(options: Mapping[str, Any], found: list[str]) -> Credentials | None:
    """Return the credentials to use, or add the problems to ``found``. Options override the environment, and a token overrides a key."""
    given = [field.name for field in (API_EMAIL, API_KEY, API_TOKEN) if _is_option(options[field.name])]
    by_token = API_TOKEN.name in given or (not given and bool(options[API_TOKEN.name]))
    if by_token and len(given) > 1:
        found.append(f"{' and '.join(given)} are given together: keep api_token only")
    fields = (API_TOKEN,) if by_token else (API_EMAIL, API_KEY)
    missing = [field for field in fields if not options[field.name]]
    if len(missing) > 1:
        found.append("no credentials: give api_token (or set CLOUDFLARE_API_TOKEN), or api_email and api_key")
    elif missing:
        found.append(f"{missing[0].name} is missing: api_email and api_key must be given together (or set {missing[0].env})")
    for field in fields:
        if options[field.name] and not re.fullmatch(r"[\x21-\x7e]+", options[field.name]):
            found.append(f"{field.name} must not contain a line break, a space or another character that is not allowed in a header")
    if found:
        return None
    values = [str(options[field.name]) for field in fields]
    return Credentials.of_token(*values) if by_token else Credentials.of_key(*values)


def _is_option(value: str | None) -> bool:
    return value is not None and not isinstance(value, FromEnvironment)


def _account_problems(account_id: str | None) -> list[str]:
    if account_id is None:
        return ["account_id is missing: set it, or set CLOUDFLARE_ACCOUNT_ID"]
    if account_id and not fits_path(account_id):
        return [f"account_id is {account_id}, which cannot be part of a URL: correct it"]
    return []


def url_problems(field: Field, url: str | None, example: str) -> list[str]:
    """Return the problems of ``url``, the value of ``field``, to which the paths of requests are appended."""
    if not url:
        return []
    try:
        parts = urlsplit(url)
        is_complete = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_complete = False
    if not is_complete or re.search(r"[\s\x00-\x1f]", url):
        return [f"{field.name} is not a URL that begins with https:// or http://"]
    # Empty queries and fragments are also refused, because the path of a request would become part of them.
    if parts.username is not None or "?" in url or "#" in url:
        return [f"{field.name} contains credentials, a query or a fragment, but must end with the path, such as {example}"]
    return []
