# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Possible results of a client's request, each with an explanation and a remedy."""

from __future__ import annotations

from typing import Mapping, NamedTuple

CONTENT = "Change the request, or the rules of the gateway."


class Verdict(NamedTuple):
    """The result of a request.

    ``explanation`` is the explanation, with placeholders for facts, such as ``{provider}``. ``passed`` is whether the gateway accepted the
    token, or ``None`` if that is unknown. ``may_pass`` is set if the result can be different a few seconds after a change.
    """

    explanation: str
    passed: bool | None = None
    may_pass: bool = False


VERDICTS: Mapping[str, Verdict] = {
    "answered": Verdict("{provider} answered in {duration_ms} ms{how}.", True),
    "open": Verdict(
        "{provider} answered in {duration_ms} ms{how}, but the gateway is open to anybody: it also accepted an invalid token. Set "
        "authentication to true, unless this is intended.",
        True,
    ),
    "no_gateway": Verdict("Clients find no gateway '{gateway_id}' in this account. {missing}", None, True),
    "no_route": Verdict("The gateway has no dynamic route {route}. Dynamic routes that exist: {routes}.", None, True),
    "token_refused": Verdict("The gateway refuses the token. Give run_token a valid token with the permission 'AI Gateway Run'.", False),
    "no_key": Verdict(
        "The gateway has no key of the provider {provider} that it can use, and the request has none. Store one with "
        "ai_gateway_provider_config. Aliases that are stored: {aliases}.",
        True,
        True,
    ),
    "no_alias": Verdict("No key of the provider {provider} has the alias {alias}. Aliases that are stored: {aliases}.", True, True),
    "key_unavailable": Verdict(
        "The secret of the stored key {alias} of {provider} is gone. Delete the provider config, and create it again with the key.",
        True,
        True,
    ),
    "key_refused": Verdict("The provider {provider} refuses the key with the alias {alias}. Store a valid key.", True),
    "no_credits": Verdict(
        "The account does not have enough credits for what Cloudflare pays to the provider. Store a key of {provider}, or add credits.",
        True,
    ),
    "rate_limited": Verdict("The rate limit of the gateway is reached. Wait for one interval, or raise rate_limiting_limit."),
    "spend_limit": Verdict("A spend limit of the gateway is reached. Wait for the end of its window, or raise it."),
    "guardrails": Verdict("The guardrails of the gateway blocked the request or the answer. " + CONTENT, True),
    "guardrails_down": Verdict("The guardrails of the gateway do not work at the moment, so it blocks everything. Try again later.", True),
    "dlp": Verdict("Data loss prevention blocked the request or the answer. " + CONTENT, True),
    "policy": Verdict("A policy of the gateway denies the request, or none of them allows it. Check the policies, and metadata."),
    "policy_budget": Verdict("The budget of a policy is used up. Wait for the end of its period, or raise it."),
    "blocked_by_edge": Verdict(
        "Cloudflare's network blocked the request before it reached the gateway. Check the address from which it was sent, and the rules "
        "of the zone of a custom domain."
    ),
    "blocked_by_access": Verdict("Cloudflare Access is in front of {host}, and requires a login. Add a rule for a service token there."),
    "bad_provider": Verdict(
        "The provider {provider} is unknown to the gateway. Check its name. The name of a custom provider is custom-SLUG, "
        "and it must be enabled."
    ),
    "bad_request": Verdict("The gateway cannot parse the request. Check model.", True),
    "no_provider_answer": Verdict(
        "The gateway got no answer from {provider}. Check the base_url of a custom provider, or the models of a dynamic route.", True, True
    ),
    "provider_limited": Verdict("{provider} limits the requests or the spending of the key. Wait, or raise the limit there.", True),
    "provider_error": Verdict("The gateway let the request through, and {provider} refused it.", True),
    "no_answer": Verdict("{host} did not answer. Check the network, and the DNS record of a custom domain.", None, True),
    "unknown": Verdict("Neither a gateway nor a provider is known to answer like this. Check gateway_url and hostname."),
}


def explain(name: str, facts: Mapping[str, str], message: str) -> str:
    """Return the explanation of the verdict ``name``, followed by ``message``, the message of the answer, if there is one."""
    text = VERDICTS[name].explanation.format_map(facts)
    return f"{text} The answer was: {message.rstrip('.')}." if message else text
