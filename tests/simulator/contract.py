# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Contract for gateways: the bodies of a create (POST) and of an update (PUT).

The shapes are typed dictionaries that pydantic checks in strict mode. A checked body is a plain dictionary with exactly the given keys.
The contract is written from the published reference, independently of the collection's own tables.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Discriminator, Field, Tag, TypeAdapter, with_config
from pydantic_core import PydanticCustomError
from typing_extensions import NotRequired, TypedDict

ID_PATTERN = r"^[a-z0-9_]+(?:-[a-z0-9_]+)*$"
MAX_SPEND_RULES = 20
READ_ONLY = frozenset({"created_at", "modified_at", "is_default", "account_id", "account_tag", "internal_id", "wholesale"})

strict = with_config(ConfigDict(extra="forbid", strict=True))


def whole(value: Any) -> Any:
    """Return an integer for a number such as 5.0, because JSON has a single type of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def positive(value: Any) -> Any:
    """Accept a JSON number above zero, and return it as an integer if it is whole. A boolean is not a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PydanticCustomError("number_type", "Expected number, received another type")
    if not 0 < value < float("inf"):
        raise PydanticCustomError("greater_than", "Number must be greater than 0")
    return whole(value)


def absolute_uri(value: str) -> str:
    """Accept a URI with a scheme. Web schemes also need a host."""
    problem = PydanticCustomError("uri", "Invalid uri")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", value):
        raise problem
    try:
        parts = urlsplit(value)
        has_host = bool(parts.hostname)
    except ValueError:
        raise problem from None
    if parts.scheme in ("http", "https") and not has_host:
        raise problem
    return value


Integer = Annotated[int, BeforeValidator(whole)]
Amount = Annotated[Integer, Field(ge=0)]
PositiveNumber = Annotated[Any, AfterValidator(positive)]
Verdict = Literal["FLAG", "BLOCK"]
Technique = Literal["fixed", "sliding"]


@strict
class DlpSimple(TypedDict):
    """One action for a set of profiles."""

    action: Verdict
    enabled: bool
    profiles: list[str]


@strict
class DlpPolicy(TypedDict):
    """One policy of the second form of dlp."""

    id: str
    action: Verdict
    check: list[Literal["REQUEST", "RESPONSE"]]
    enabled: bool
    profiles: list[str]


@strict
class DlpPolicies(TypedDict):
    """A list of policies, each with its own action."""

    enabled: bool
    policies: list[DlpPolicy]


def dlp_form(value: Any) -> str:
    """Return the form of dlp, which depends on the key ``policies``."""
    return "<policies>" if isinstance(value, dict) and "policies" in value else "<simple>"


# Tags appear in the path to an invalid field, where they must be distinguishable from keys.
TAGS = frozenset({"<simple>", "<policies>", "<partition>", "<filter>"})

Dlp = Annotated[
    Annotated[DlpSimple, Tag("<simple>")] | Annotated[DlpPolicies, Tag("<policies>")],
    Discriminator(dlp_form),
]


@strict
class Hazards(TypedDict, total=False):
    """Action for each category of hazard. Categories without an action are allowed."""

    P1: Verdict
    S1: Verdict
    S2: Verdict
    S3: Verdict
    S4: Verdict
    S5: Verdict
    S6: Verdict
    S7: Verdict
    S8: Verdict
    S9: Verdict
    S10: Verdict
    S11: Verdict
    S12: Verdict
    S13: Verdict


@strict
class Guardrails(TypedDict):
    """Actions for hazards in prompts and in responses."""

    prompt: Hazards
    response: Hazards


@strict
class OtelTarget(TypedDict):
    """One destination of traces."""

    url: Annotated[str, Field(max_length=2048), AfterValidator(absolute_uri)]
    headers: dict[str, str]
    authorization: NotRequired[Annotated[str, Field(max_length=256)]]
    content_type: NotRequired[Literal["json", "protobuf"]]


@strict
class UsageEvent(TypedDict):
    """One event template."""

    payload: str


@strict
class Stripe(TypedDict):
    """Usage reports to Stripe."""

    authorization: str
    usage_events: list[UsageEvent]


@strict
class Partition(TypedDict):
    """One budget for each value."""

    mode: Literal["partition"]


@strict
class OnlyValues(TypedDict):
    """A budget for these values only."""

    mode: Literal["filter"]
    values: list[str]


def metadata_form(value: Any) -> str:
    """Return the form of an entry of metadata: ``partition`` or, for any other mode, ``filter``."""
    return "<partition>" if isinstance(value, dict) and value.get("mode") == "partition" else "<filter>"


Selector = Annotated[
    Annotated[Partition, Tag("<partition>")] | Annotated[OnlyValues, Tag("<filter>")],
    Discriminator(metadata_form),
]


@strict
class SpendRule(TypedDict):
    """One budget: `limit` (money) in each `window`."""

    limit: PositiveNumber
    limitType: Literal["cost"]
    window: Annotated[Integer, Field(gt=0)]
    id: NotRequired[Annotated[str, Field(min_length=1)]]
    enabled: NotRequired[bool]
    technique: NotRequired[Technique]
    metadata: NotRequired[dict[str, Selector]]
    model: NotRequired[OnlyValues]
    provider: NotRequired[OnlyValues]


@strict
class SpendLimits(TypedDict, total=False):
    """Budgets and the switch for all of them."""

    enabled: bool
    rules: Annotated[list[SpendRule], Field(max_length=MAX_SPEND_RULES)]


@strict
class Update(TypedDict):
    """The body of an update: five required settings, and the optional ones."""

    cache_invalidate_on_update: bool
    cache_ttl: Amount | None
    collect_logs: bool
    rate_limiting_interval: Amount | None
    rate_limiting_limit: Amount | None
    authentication: NotRequired[bool | None]
    byok_only: NotRequired[bool]
    log_management: NotRequired[Annotated[Integer, Field(ge=10_000, le=10_000_000)] | None]
    log_management_strategy: NotRequired[Literal["STOP_INSERTING", "DELETE_OLDEST"] | None]
    logpush: NotRequired[bool]
    logpush_public_key: NotRequired[Annotated[str, Field(min_length=16, max_length=1024)] | None]
    rate_limiting_technique: NotRequired[Technique | None]
    retry_backoff: NotRequired[Literal["constant", "linear", "exponential"] | None]
    retry_delay: NotRequired[Annotated[Integer, Field(ge=0, le=60_000)] | None]
    retry_max_attempts: NotRequired[Annotated[Integer, Field(ge=1, le=5)] | None]
    store_id: NotRequired[str | None]
    workers_ai_billing_mode: NotRequired[Literal["postpaid", "unified"]]
    zdr: NotRequired[bool | None]
    log_classification: NotRequired[bool]
    dlp: NotRequired[Dlp]
    guardrails: NotRequired[Guardrails | None]
    otel: NotRequired[list[OtelTarget] | None]
    spend_limits: NotRequired[SpendLimits | None]
    stripe: NotRequired[Stripe | None]


@strict
class Create(Update):
    """The body of a create: the body of an update, and the id of the new gateway."""

    id: Annotated[str, Field(min_length=1, max_length=64, pattern=ID_PATTERN)]


CREATE: TypeAdapter[Create] = TypeAdapter(Create)
UPDATE: TypeAdapter[Update] = TypeAdapter(Update)
SETTINGS = tuple(Update.__annotations__)
NUMBERS = frozenset({"cache_ttl", "rate_limiting_interval", "rate_limiting_limit"})
NESTED = ("dlp", "guardrails", "otel", "spend_limits", "stripe", "log_classification")
