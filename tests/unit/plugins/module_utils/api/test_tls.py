# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that must be refused, and the two options for certificates, with a CA that the tests create."""

from __future__ import annotations

import datetime
import inspect
import os
import shutil
import socket
import ssl
import subprocess

import pytest
import trustme

MISSING = b'{"success": false, "errors": [{"code": 7002, "message": "Not found"}]}'
NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
HINT_CA = "ca_path names a CA bundle of your own"
HINT_CLOCK = "check the clock of the host that runs the task"
HINT_NAME = "check the host name in base_url"


@pytest.fixture(scope="module")
def ca():
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(ca, tmp_path_factory):
    """Return the path of the CA's certificate."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture(scope="module")
def other_bundle(tmp_path_factory):
    """Return the path of the certificate of a CA that did not sign the server's certificate."""
    path = tmp_path_factory.mktemp("other") / "ca.pem"
    trustme.CA().cert_pem.write_to_path(path)
    return str(path)


CERTIFICATES = {
    "good": (("127.0.0.1", "localhost"), {}),
    "other name": (("elsewhere.example",), {}),
    "expired": (("127.0.0.1",), {"not_after": NOW - DAY}),
    "not yet valid": (("127.0.0.1",), {"not_before": NOW + DAY, "not_after": NOW + 3 * DAY}),
}


@pytest.fixture
def server_with(ca, serve):
    """Return a function that starts a server with one of the certificates."""

    def start(kind):
        names, validity = CERTIFICATES[kind]
        if not set(validity) <= set(inspect.signature(ca.issue_cert).parameters):
            pytest.skip("the last trustme for Python 3.8 cannot issue a certificate that is not valid yet")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert(*names, **validity).configure_cert(context)
        return serve(context)

    return start


@pytest.fixture
def run_against(run_module, gateway):
    """Return a function that runs the module against a server that always answers with a gateway."""

    def run(server, *, env=None, **options):
        server.then(*[server.answer(server.envelope(gateway()))] * 5)
        return run_module(dict({"id": "a", "base_url": server.base_url}, **options), env=env)

    return run


def is_refused(result, server, waits):
    """Check that the task failed at once, before the server received any part of a request."""
    assert result["failed"]
    assert "TLS failed: " in result["msg"]
    assert waits == []
    assert "".join(server.received) == ""
    return True


def test_a_certificate_of_an_unknown_ca_is_refused(server_with, run_against, waits):
    server = server_with("good")
    result = run_against(server)
    assert is_refused(result, server, waits)
    assert f"unable to get local issuer certificate; {HINT_CA}." in result["msg"]


@pytest.mark.parametrize(
    ("kind", "reason", "hint"),
    [
        ("other name", "certificate is not valid for '127.0.0.1'", HINT_NAME),
        ("expired", "certificate has expired", HINT_CLOCK),
        ("not yet valid", "certificate is not yet valid", HINT_CLOCK),
    ],
)
def test_an_invalid_certificate_of_a_known_ca_is_refused(server_with, run_against, bundle, waits, kind, reason, hint):
    server = server_with(kind)
    result = run_against(server, ca_path=bundle)
    assert is_refused(result, server, waits)
    assert result["msg"].endswith(f"{reason}; {hint}.")


def test_the_host_name_is_verified_and_not_only_the_address(server_with, run_against, bundle, waits):
    server = server_with("other name")
    result = run_against(server, ca_path=bundle, base_url=f"https://localhost:{server.port}")
    assert is_refused(result, server, waits)
    assert "'localhost'" in result["msg"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_certificates_of_ca_path_are_accepted(server_with, run_against, bundle, host):
    server = server_with("good")
    assert run_against(server, ca_path=bundle, base_url=f"https://{host}:{server.port}")["operation"] == "unchanged"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the names of the files in the folder")
def test_ca_path_may_be_a_folder(server_with, run_against, bundle, tmp_path):
    command = ["openssl", "x509", "-noout", "-hash", "-in", bundle]
    name = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    shutil.copy(bundle, str(tmp_path / (name + ".0")))
    assert run_against(server_with("good"), ca_path=str(tmp_path))["operation"] == "unchanged"


def test_ca_path_replaces_the_default_bundle(server_with, run_against, other_bundle, waits):
    server = server_with("good")
    assert is_refused(run_against(server, ca_path=other_bundle), server, waits)


def test_an_empty_ca_path_folder_accepts_no_certificate(server_with, run_against, tmp_path, waits):
    server = server_with("good")
    assert is_refused(run_against(server, ca_path=str(tmp_path)), server, waits)


@pytest.mark.parametrize("content", [b"", b"odd", b"-----BEGIN CERTIFICATE-----\nodd\n-----END CERTIFICATE-----\n", bytes(range(256))])
def test_an_invalid_ca_path_is_reported(server_with, run_against, tmp_path, waits, content):
    (tmp_path / "odd.pem").write_bytes(content)
    server = server_with("good")
    result = run_against(server, ca_path=str(tmp_path / "odd.pem"))
    assert result["failed"]
    assert "ca_path" in result["msg"]
    assert waits == []
    assert "".join(server.received) == ""


def test_a_bundle_of_the_environment_is_used(server_with, run_against, bundle):
    assert run_against(server_with("good"), env={"REQUESTS_CA_BUNDLE": bundle})["operation"] == "unchanged"


def test_ca_path_overrides_the_environment(server_with, run_against, bundle, other_bundle, waits):
    server = server_with("good")
    assert run_against(server, ca_path=bundle, env={"REQUESTS_CA_BUNDLE": other_bundle})["operation"] == "unchanged"
    server = server_with("good")
    assert is_refused(run_against(server, ca_path=other_bundle, env={"REQUESTS_CA_BUNDLE": bundle}), server, waits)


@pytest.mark.parametrize("kind", CERTIFICATES)
@pytest.mark.parametrize("bundle_from", ["nothing", "ca_path", "environment"])
def test_without_validate_certs_any_certificate_is_accepted(server_with, run_against, other_bundle, recwarn, kind, bundle_from):
    options = {"ca_path": other_bundle} if bundle_from == "ca_path" else {}
    env = {"REQUESTS_CA_BUNDLE": other_bundle} if bundle_from == "environment" else None
    assert run_against(server_with(kind), validate_certs=False, env=env, **options)["operation"] == "unchanged"
    assert [str(warning.message) for warning in recwarn] == []


def test_the_token_is_sent_only_to_a_verified_server(server_with, run_against, bundle):
    server = server_with("good")
    run_against(server)
    run_against(server, ca_path=bundle)
    assert [text.count("Bearer invented-token") for text in server.received if text] == [1]


def garbage(connection):
    """Break the TLS connection with bytes that are not TLS. This is a step."""
    with socket.socket(fileno=os.dup(connection.fileno())) as raw_socket:
        raw_socket.sendall(b"garbage that no TLS record begins with")


@pytest.mark.parametrize("is_created", [True, False])
def test_a_create_whose_tls_connection_breaks_is_looked_for(server_with, run_module, gateway, bundle, is_created):
    """The request has already been sent, so its outcome is unknown."""
    server = server_with("good")
    missing, found = server.answer(MISSING, status="404 Not Found"), server.answer(server.envelope(gateway()))
    server.then(missing, garbage, *([found] if is_created else [missing, missing, missing, found]))
    result = run_module({"id": "a", "base_url": server.base_url, "ca_path": bundle, "max_retries": 1})
    assert result["operation"] == "created"
    verbs = [request.split()[0] for request in server.received]
    assert verbs == ["GET", "POST", "GET"] if is_created else ["GET", "POST", "GET", "GET", "GET", "POST"]
