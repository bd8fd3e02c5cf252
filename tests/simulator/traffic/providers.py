# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stand-ins for the providers: lists of models, and answers to chats, in the format of each provider."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.simulator.protocol import Answer, Json, decode, encode

# A provider refuses a key that contains this text. Some repeat a part of the key, like the real ones.
REFUSED_KEY = "refused"
# A provider does not answer if the name of the model contains this text.
SILENT_MODEL = "silent"
GOOGLE_CHAT = re.compile(r"v1beta/models/([^/:]+):generateContent")


@dataclass(frozen=True)
class Provider:
    """A provider's paths for its list of models and for chats, and its answers. ``answered`` returns the answer of a model."""

    models: str
    chat: str
    listed: Callable[[], Json]
    answered: Callable[[str], Json]
    refused: Callable[[str], Answer]


def openai_list() -> Json:
    """Return the list of models of OpenAI and compatible providers."""
    return {"object": "list", "data": [{"id": "model-1", "object": "model", "owned_by": "provider"}]}


def openai_chat(model: str) -> Json:
    """Return an answer in OpenAI's format."""
    message = {"role": "assistant", "content": "Hello"}
    return {"id": "chatcmpl-1", "object": "chat.completion", "model": model, "choices": [{"index": 0, "message": message}]}


def openai_refusal(key: str) -> Answer:
    """Return OpenAI's answer to an invalid key."""
    error = {"message": f"Incorrect API key provided: {key[:8]}***{key[-4:]}.", "type": "invalid_request_error", "code": "invalid_api_key"}
    return Answer(401, encode({"error": error}))


def anthropic_refusal(_key: str) -> Answer:
    """Return Anthropic's answer to an invalid key."""
    return Answer(401, encode({"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}))


def google_refusal(_key: str) -> Answer:
    """Return Google's answer to an invalid key, with 400."""
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
    error = {"code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT", "details": details}
    return Answer(400, encode({"error": error}))


def grok_refusal(key: str) -> Answer:
    """Return xAI's answer to an invalid key, with 400 and ``error`` as text."""
    message = f"Incorrect API key provided: {key[:2]}***{key[-2:]}."
    return Answer(400, encode({"code": "Client specified an invalid argument", "error": message}))


OPENAI = Provider("models", "chat/completions", openai_list, openai_chat, openai_refusal)
PROVIDERS: Mapping[str, Provider] = {
    "openai": OPENAI,
    "anthropic": Provider(
        "v1/models",
        "v1/messages",
        lambda: {"data": [{"type": "model", "id": "model-1"}], "has_more": False},
        lambda model: {"type": "message", "role": "assistant", "model": model, "content": [{"type": "text", "text": "Hello"}]},
        anthropic_refusal,
    ),
    "google-ai-studio": Provider(
        "v1beta/models",
        "",
        lambda: {"models": [{"name": "models/model-1"}]},
        lambda model: {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]}}], "modelVersion": model},
        google_refusal,
    ),
    "deepseek": OPENAI,
    "grok": Provider("v1/models", "v1/chat/completions", openai_list, openai_chat, grok_refusal),
    "workers-ai": Provider("v1/models", "v1/chat/completions", openai_list, openai_chat, openai_refusal),
}
# Runs on Cloudflare, so it does not need a provider's key.
KEYLESS = ("workers-ai",)


def provider_named(slug: str) -> Provider | None:
    """Return the provider with a slug. The slug of a custom provider begins with ``custom-``."""
    return OPENAI if slug.startswith("custom-") else PROVIDERS.get(slug)


def upstream(slug: str, method: str, path: str, headers: Mapping[str, str], body: bytes, key: str) -> Answer:
    """Return a provider's answer to a request with a key."""
    provider = provider_named(slug)
    assert provider is not None
    if REFUSED_KEY in key:
        return provider.refused(key)
    if slug == "anthropic" and "anthropic-version" not in headers:
        error = {"type": "invalid_request_error", "message": "anthropic-version: header is required"}
        return Answer(400, encode({"type": "error", "error": error}))
    if (method, path) == ("GET", provider.models):
        return Answer(200, encode(provider.listed()))
    google = GOOGLE_CHAT.fullmatch(path) if slug == "google-ai-studio" else None
    if method == "POST" and (google or path == provider.chat):
        chat = asked_of(body)
        model = google[1] if google else chat.get("model")
        if isinstance(model, str) and model:
            return Answer(200, encode(provider.answered(model)))
    message = f"Unknown request URL: {method} /{path}"
    return Answer(404, encode({"error": {"message": message, "type": "invalid_request_error", "code": "unknown_url"}}))


def asked_of(body: bytes) -> dict[str, Any]:
    """Return the body of a request, or an empty dictionary if it is not a JSON object."""
    try:
        value = decode(body)
    except (ValueError, json.JSONDecodeError):
        return {}
    return value if isinstance(value, dict) else {}
