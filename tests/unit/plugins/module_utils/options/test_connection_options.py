# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources of the account and the credentials."""

from __future__ import annotations

import json

import pytest

ONE = "/ai-gateway/gateways/a"
TOKEN = {"Authorization": "Bearer invented-environment-token"}
KEY = {"X-Auth-Email": "user@example.com", "X-Auth-Key": "invented-environment-key"}
ACCOUNT = {"CLOUDFLARE_ACCOUNT_ID": "0123456789abcdef0123456789abcdef"}
TOKEN_ENV = {"CLOUDFLARE_API_TOKEN": "invented-environment-token"}
KEY_ENV = {"CLOUDFLARE_EMAIL": "user@example.com", "CLOUDFLARE_API_KEY": "invented-environment-key"}
OPTION_KEY = {"api_email": "me@example.com", "api_key": "invented-option-key"}
ALL = ("CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY", "CLOUDFLARE_BASE_URL")


@pytest.mark.parametrize(
    ("options", "env", "sent"),
    [
        ({}, TOKEN_ENV, TOKEN),
        ({}, KEY_ENV, KEY),
        ({}, dict(TOKEN_ENV, **KEY_ENV), TOKEN),
        ({}, dict(KEY_ENV, CLOUDFLARE_API_TOKEN="", CLOUDFLARE_BASE_URL=""), KEY),
        ({}, dict(TOKEN_ENV, CLOUDFLARE_API_KEY="", CLOUDFLARE_EMAIL=" "), TOKEN),
        ({"api_token": "invented-option-token"}, dict(TOKEN_ENV, **KEY_ENV), {"Authorization": "Bearer invented-option-token"}),
        (
            {"api_email": "me@example.com", "api_key": "invented-option-key"},
            TOKEN_ENV,
            {"X-Auth-Email": "me@example.com", "X-Auth-Key": "invented-option-key"},
        ),
        (
            {"api_key": "invented-option-key"},
            dict(TOKEN_ENV, **KEY_ENV),
            {"X-Auth-Email": "user@example.com", "X-Auth-Key": "invented-option-key"},
        ),
        (
            {"api_email": "me@example.com"},
            dict(TOKEN_ENV, **KEY_ENV),
            {"X-Auth-Email": "me@example.com", "X-Auth-Key": "invented-environment-key"},
        ),
        ({}, dict(TOKEN_ENV, CLOUDFLARE_EMAIL="user@example.com"), TOKEN),
        ({}, {"CLOUDFLARE_API_TOKEN": " invented-environment-token\r\n"}, TOKEN),
        ({}, dict(KEY_ENV, CLOUDFLARE_API_TOKEN=" \n"), KEY),
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
        ({"api_token": "invented\ntoken"}, {}, "api_token must not contain a line break"),
        ({"api_token": "invented token"}, {}, "api_token must not contain a line break, a space"),
        ({"api_token": "invented-t\u00f6ken"}, {}, "another character"),
        ({}, {"CLOUDFLARE_API_TOKEN": "invented\r\ntoken"}, "api_token must not contain a line break"),
        ({"api_email": "user@example.com\n", "api_key": "invented-key"}, {}, "api_email must not contain a line break"),
        ({"base_url": "api.example.com"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "ftp://api.example.com"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "https://"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "https://[::1"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "https://x.example/ y"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "https://user:invented@x.example"}, TOKEN_ENV, "base_url must not contain credentials"),
        ({"base_url": "https://x.example?a=b"}, TOKEN_ENV, "base_url contains credentials, a query"),
        ({"base_url": ""}, TOKEN_ENV, "base_url is empty"),
        ({"base_url": "https://x.example/v4?"}, TOKEN_ENV, "base_url contains credentials, a query"),
        ({"base_url": "https://x.example/v4#"}, TOKEN_ENV, "base_url contains credentials, a query or a fragment"),
        ({"base_url": "https://x.example/v4#a"}, TOKEN_ENV, "base_url contains credentials, a query or a fragment"),
        ({"base_url": "https://invented@x.example"}, TOKEN_ENV, "base_url must not contain credentials"),
        ({"base_url": "https://x.example:99999"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "https://x.example:0"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "//x.example"}, TOKEN_ENV, "base_url is not a URL"),
        ({"base_url": "https://x.example/\r\nX-Odd: 1"}, TOKEN_ENV, "base_url is not a URL"),
        ({}, dict(TOKEN_ENV, CLOUDFLARE_BASE_URL="api.example.com"), "base_url is not a URL"),
        ({"account_id": ""}, TOKEN_ENV, "account_id is empty"),
        ({"account_id": ".."}, TOKEN_ENV, "account_id is .., which cannot be part of a URL: correct it"),
        ({}, dict(TOKEN_ENV, CLOUDFLARE_ACCOUNT_ID="."), "account_id is ., which cannot be part of a URL: correct it"),
        ({"api_email": "", "api_key": "invented-key"}, {}, "api_email is empty"),
        ({"api_email": "user@example.com", "api_key": ""}, KEY_ENV, "api_key is empty"),
        ({}, {"CLOUDFLARE_API_KEY": "invented-key"}, "api_email is missing"),
        ({"api_email": "me@example.com"}, TOKEN_ENV, "api_key is missing"),
        ({"api_email": "me@example.com", "api_key": "invented\x00key"}, {}, "api_key must not contain a line break"),
        ({"api_token": "invented-token\n"}, {}, "api_token must not contain a line break"),
        ({"api_token": "invented-token", "api_email": "me", "api_key": "invented-key"}, {}, "are given together: keep api_token only"),
        ({"ca_path": ""}, TOKEN_ENV, "ca_path is empty"),
        ({"timeout": 3601}, TOKEN_ENV, "timeout is 3601"),
        ({"max_retries": -1}, TOKEN_ENV, "max_retries is -1"),
        ({"rate_limit_wait": 86401}, TOKEN_ENV, "rate_limit_wait is 86401"),
        ({"ca_path": "/no/such/bundle"}, TOKEN_ENV, "ca_path /no/such/bundle does not exist"),
        ({"timeout": 0}, TOKEN_ENV, "timeout is 0"),
        ({"max_retries": 21}, TOKEN_ENV, "max_retries is 21"),
        ({"rate_limit_wait": -1}, TOKEN_ENV, "rate_limit_wait is -1"),
    ],
)
def test_invalid_options_are_reported_without_credentials(api, run_module, options, env, text):
    result = run_module(dict(options, id="a"), env=dict(ACCOUNT, **env), connection=False)
    assert result["failed"]
    assert text in result["msg"]
    assert result["msg"].startswith("No request was sent")
    # Names of options are not secrets. Values that contain "invented" are.
    for secret in ("invented", "invented-environment-token", "t\u00f6ken"):
        assert secret not in result["msg"]


@pytest.mark.parametrize("token", ["invented\ntoken", "invented token", "invented-t\u00f6ken", "invented-token\r\nX-Odd: 1"])
def test_a_token_that_cannot_be_a_header_is_never_shown(api, run_module, token):
    for result in (
        run_module({"id": "a", "api_token": token}),
        run_module({"id": "a"}, env={"CLOUDFLARE_API_TOKEN": token}, token=False),
    ):
        assert "api_token must not contain a line break" in result["msg"]
        assert "invented" not in json.dumps(result)


def test_all_problems_are_reported_together(api, run_module):
    options = {"id": ".", "account_id": "..", "base_url": "odd", "ca_path": "/no/such/bundle", "timeout": 0, "cache_ttl": -1}
    message = run_module(options)["msg"]
    for text in ("id is .", "account_id is ..", "base_url is not", "ca_path /no/such", "timeout is 0", "cache_ttl is -1"):
        assert text in message


@pytest.mark.parametrize("env", [{}, dict.fromkeys(ALL, ""), dict.fromkeys(ALL, " \t")])
def test_empty_variables_count_as_unset(api, run_module, env):
    result = run_module({"id": "a"}, env=env, connection=False)
    assert "account_id is missing: set it, or set CLOUDFLARE_ACCOUNT_ID" in result["msg"]
    assert "no credentials: give api_token (or set CLOUDFLARE_API_TOKEN), or api_email and api_key" in result["msg"]
    result = run_module({"id": "a", "account_id": "x"}, env=env, connection=False)
    assert "no credentials: give api_token (or set CLOUDFLARE_API_TOKEN), or api_email and api_key" in result["msg"]


def test_options_are_used_if_the_variables_are_empty(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(), sent={"Authorization": "Bearer invented-token"})
    assert run_module({"id": "a"}, env=dict.fromkeys(ALL, ""))["operation"] == "unchanged"


def test_credentials_of_the_environment_are_masked(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(echo="invented-environment-key"))
    result = run_module({"id": "a"}, env=dict(ACCOUNT, **KEY_ENV), connection=False)
    assert "invented-environment-key" not in json.dumps(result)
    assert result["invocation"]["module_args"]["api_email"] == "user@example.com"


@pytest.mark.parametrize("base_url", ["https://api.cloudflare.com/client/v4/", "https://api.cloudflare.com/client/v4//"])
def test_the_base_url_may_end_with_a_slash(api, gateway, run_module, base_url):
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a", "base_url": base_url})["operation"] == "unchanged"


@pytest.mark.parametrize("base_url", ["http://x.example", "https://x.example:8443/a/b", "http://[::1]:8080/v4"])
@pytest.mark.parametrize("by_variable", [True, False])
def test_the_base_url_may_be_another_server(api, gateway, run_module, base_url, by_variable):
    api.base_url = base_url
    api.expect("GET", ONE, answer=gateway())
    options, env = ({}, {"CLOUDFLARE_BASE_URL": base_url}) if by_variable else ({"base_url": base_url}, {})
    assert run_module(dict(options, id="a"), env=env)["operation"] == "unchanged"


def test_options_take_precedence_over_the_environment(api, gateway, run_module):
    api.base_url = "https://option.example"
    api.account_id = "option-account"
    api.expect("GET", ONE, answer=gateway())
    options = {"id": "a", "base_url": "https://option.example", "account_id": "option-account"}
    env = {"CLOUDFLARE_BASE_URL": "https://environment.example", "CLOUDFLARE_ACCOUNT_ID": "environment-account"}
    assert run_module(options, env=env)["operation"] == "unchanged"
