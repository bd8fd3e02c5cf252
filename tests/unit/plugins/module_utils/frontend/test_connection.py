# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the account and the credentials come from."""

from __future__ import annotations

import json

import pytest

ONE = "/ai-gateway/gateways/a"
TOKEN = {"Authorization": "Bearer environment-token"}
KEY = {"X-Auth-Email": "user@example.com", "X-Auth-Key": "environment-key"}
ACCOUNT = {"CLOUDFLARE_ACCOUNT_ID": "0123456789abcdef0123456789abcdef"}
TOKEN_ENV = {"CLOUDFLARE_API_TOKEN": "environment-token"}
KEY_ENV = {"CLOUDFLARE_EMAIL": "user@example.com", "CLOUDFLARE_API_KEY": "environment-key"}
OPTION_KEY = {"api_email": "me@example.com", "api_key": "option-key"}
ALL = ("CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY", "CLOUDFLARE_BASE_URL")


@pytest.mark.parametrize(
    ("options", "env", "sent"),
    [
        ({}, TOKEN_ENV, TOKEN),
        ({}, KEY_ENV, KEY),
        ({}, dict(TOKEN_ENV, **KEY_ENV), TOKEN),
        ({}, dict(KEY_ENV, CLOUDFLARE_API_TOKEN="", CLOUDFLARE_BASE_URL=""), KEY),
        ({}, dict(TOKEN_ENV, CLOUDFLARE_API_KEY="", CLOUDFLARE_EMAIL=" "), TOKEN),
        ({"api_token": "option-token"}, dict(TOKEN_ENV, **KEY_ENV), {"Authorization": "Bearer option-token"}),
        (
            {"api_email": "me@example.com", "api_key": "option-key"},
            TOKEN_ENV,
            {"X-Auth-Email": "me@example.com", "X-Auth-Key": "option-key"},
        ),
        ({"api_key": "option-key"}, dict(TOKEN_ENV, **KEY_ENV), {"X-Auth-Email": "user@example.com", "X-Auth-Key": "option-key"}),
    ],
)
def test_one_identity_is_used(api, gateway, run_module, options, env, sent):
    api.expect("GET", ONE, answer=gateway(), sent=sent)
    result = run_module(dict(options, id="a"), env=dict(ACCOUNT, **env), connection=False)
    assert result["operation"] == "unchanged"
    names = {name.lower() for name in api.calls[0].headers} & {"authorization", "x-auth-key", "x-auth-email"}
    assert names == {name.lower() for name in sent}


@pytest.mark.parametrize(
    ("options", "env", "text"),
    [
        ({"api_token": "invented-token", "api_key": "invented-key"}, {}, "api_key and api_token are given together"),
        ({"api_token": "invented-token", "api_email": "user@example.com"}, {}, "api_email and api_token are given together"),
        ({}, {}, "no credentials: give api_token"),
        ({}, {"CLOUDFLARE_EMAIL": "user@example.com"}, "api_key is missing"),
        ({"api_key": "invented-key"}, TOKEN_ENV, "api_email is missing"),
        ({"api_token": ""}, TOKEN_ENV, "api_token is empty"),
        ({"api_token": "invented\ntoken"}, {}, "api_token holds a line break"),
        ({"api_token": "invented token"}, {}, "api_token holds a line break, a space"),
        ({"api_token": "invented-t\u00f6ken"}, {}, "another character"),
        ({}, {"CLOUDFLARE_API_TOKEN": "invented\r\ntoken"}, "api_token holds a line break"),
        ({"api_email": "user@example.com\n", "api_key": "invented-key"}, {}, "api_email holds a line break"),
        ({"base_url": "api.example.com"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "ftp://api.example.com"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "https://"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "https://[::1"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "https://x.example/ y"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "https://user:invented@x.example"}, TOKEN_ENV, "base_url holds credentials"),
        ({"base_url": "https://x.example?a=b"}, TOKEN_ENV, "base_url holds credentials, a query"),
        ({"base_url": ""}, TOKEN_ENV, "base_url is empty"),
        ({"ca_path": "/no/such/bundle"}, TOKEN_ENV, "ca_path /no/such/bundle does not exist"),
        ({"timeout": 0}, TOKEN_ENV, "timeout is 0"),
        ({"max_retries": 21}, TOKEN_ENV, "max_retries is 21"),
        ({"rate_limit_wait": -1}, TOKEN_ENV, "rate_limit_wait is -1"),
    ],
)
def test_what_is_wrong_is_told_without_showing_a_credential(api, run_module, options, env, text):
    result = run_module(dict(options, id="a"), env=dict(ACCOUNT, **env), connection=False)
    assert result["failed"]
    assert text in result["msg"]
    for secret in ("invented-token", "invented-key", "invented\n", "environment-token", "invented@"):
        assert secret not in result["msg"]


def test_all_variables_empty_means_none_given(run_module):
    result = run_module({"id": "a"}, env=dict.fromkeys(ALL, ""), connection=False)
    assert "account_id is missing: give it, or set CLOUDFLARE_ACCOUNT_ID" in result["msg"]


def test_credentials_of_the_environment_are_masked(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(echo="environment-key"))
    result = run_module({"id": "a"}, env=dict(ACCOUNT, **KEY_ENV), connection=False)
    assert "environment-key" not in json.dumps(result)
    assert result["invocation"]["module_args"]["api_email"] == "user@example.com"


def test_the_base_url_may_end_with_a_slash(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a", "base_url": "https://api.cloudflare.com/client/v4/"})["operation"] == "unchanged"
