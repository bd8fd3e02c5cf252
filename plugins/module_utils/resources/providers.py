# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths and bodies of the providers behind a gateway, for lists of models and for chats.

Sources: Cloudflare's documentation of provider-native endpoints, and public probes of a live account, where each list was returned.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple
from urllib.parse import quote

PROMPT = "Answer with one word."


def _messages(limit_name: str) -> Callable[[str, int], dict[str, Any]]:
    """Return a function that makes the body of a chat in the format of OpenAI. ``limit_name`` is the setting that limits the answer."""
    return lambda model, limit: {"model": model, "messages": [{"role": "user", "content": PROMPT}], limit_name: limit}


def _contents(_model: str, limit: int) -> dict[str, Any]:
    """Return the body of a chat in the format of Google."""
    return {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}], "generationConfig": {"maxOutputTokens": limit}}


class Provider(NamedTuple):
    """Paths below the provider's name. ``chat`` can contain ``{model}``. ``body`` makes the body of a chat from a model and a limit."""

    models: str = "models"
    chat: str = "chat/completions"
    body: Callable[[str, int], dict[str, Any]] = _messages("max_tokens")
    headers: Mapping[str, str] = {}

    def chat_path(self, model: str) -> str:
        """Return the path of a chat with ``model``."""
        return self.chat.format(model=quote(model, safe=""))


# The format of OpenAI, which most other providers use.
USUAL = Provider()
PROVIDERS: Mapping[str, Provider] = {
    # Newer models refuse max_tokens.
    "openai": Provider(body=_messages("max_completion_tokens")),
    "anthropic": Provider("v1/models", "v1/messages", headers={"anthropic-version": "2023-06-01"}),
    "google-ai-studio": Provider("v1beta/models", "v1beta/models/{model}:generateContent", _contents),
    "deepseek": USUAL,
    "grok": Provider("v1/models", "v1/chat/completions"),
    "workers-ai": Provider("v1/models", "v1/chat/completions"),
}
# Accepts the same body for the models of all providers, and for dynamic routes.
COMPAT_PATH = "compat/chat/completions"


def provider_of(slug: str) -> Provider:
    """Return the provider with the name ``slug``, or the usual format if it is unknown."""
    return PROVIDERS.get(slug, USUAL)
