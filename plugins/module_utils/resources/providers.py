# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the providers behind a gateway have their lists of models and their chats, as data.

Source: Cloudflare's documentation of provider-native endpoints. A public probe of a live account had an answer from each list here.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple
from urllib.parse import quote

PROMPT = "Answer with one word."


def _messages(limit_name: str) -> Callable[[str, int], dict[str, Any]]:
    """Return what makes the body of a chat in the shape of OpenAI; ``limit_name`` is the setting that bounds the answer."""
    return lambda model, limit: {"model": model, "messages": [{"role": "user", "content": PROMPT}], limit_name: limit}


def _contents(_model: str, limit: int) -> dict[str, Any]:
    """Return the body of a chat in the shape of Google."""
    return {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}], "generationConfig": {"maxOutputTokens": limit}}


class Provider(NamedTuple):
    """The paths below the provider's name. ``chat`` may have ``{model}``. ``body`` makes that of a chat from a model and a limit."""

    models: str = "models"
    chat: str = "chat/completions"
    body: Callable[[str, int], dict[str, Any]] = _messages("max_tokens")
    headers: Mapping[str, str] = {}

    def chat_path(self, model: str) -> str:
        """Return the path of a chat with ``model``."""
        return self.chat.format(model=quote(model, safe=""))


# The shape of OpenAI, which most others have copied.
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
# Takes the same body for the models of all providers, and for dynamic routes.
COMPAT_PATH = "compat/chat/completions"


def provider_of(slug: str) -> Provider:
    """Return the provider with that name, or the usual shape for another one."""
    return PROVIDERS.get(slug, USUAL)
