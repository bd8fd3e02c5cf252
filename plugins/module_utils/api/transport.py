# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP exchange on a C(requests) session: bounded in time and size, never redirected, never logged."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
import traceback
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Mapping, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.errors import NoAnswer, Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable

REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    import urllib3
    from urllib3 import exceptions as urllib3_errors
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

USER_AGENT = "ansible-edgeops.cloudflare/0.1.0"
# A page of a hundred gateways, each with settings of 80 KB. Parsed, a hostile answer takes up to 25 times as much memory.
MAX_ANSWER_BYTES = 8 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
MAX_CONCURRENCY = 16
# A server that is there accepts a connection at once; only its answer may take the whole of the timeout.
MAX_CONNECT_SECONDS = 10
# The timeouts within a try come first, as they know more about what happened.
GRACE_SECONDS = 0.5
MAX_REASON = 300
# What to do about a certificate that is not accepted, by OpenSSL's number of the reason.
HINT_CA = "ca_path names a CA bundle of your own"
HINT_CLOCK = "check the clock of the host that runs the task"
HINT_NAME = "check the host name in base_url"
HINTS_BY_VERIFY_CODE = {9: HINT_CLOCK, 10: HINT_CLOCK, 62: HINT_NAME, 64: HINT_NAME}


class Answer(NamedTuple):
    """A whole HTTP answer. Header names are looked up in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Sends requests of one connection over one pool of sockets, from any number of threads. Close it when done."""

    def __init__(self, connection: Connection) -> None:
        self._base_url = connection.base_url.rstrip("/")
        self._timeout = connection.timeout
        if connection.verify is False:
            # The user has said so; a warning at each request on top of it would only hide others.
            urllib3.disable_warnings(urllib3_errors.InsecureRequestWarning)
        self._session = requests.Session()
        self._session.auth = connection.credentials
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # As many connections as a task may have requests under way; they are only made when needed.
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=MAX_CONCURRENCY)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        # Even where no redirect is followed, requests reads its target, and fails over one that is malformed.
        self._session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
        # Proxies and a CA bundle of the environment are looked up once, and not again for each request.
        found = self._session.merge_environment_settings(self._base_url, {}, None, connection.verify, None)
        self._session.proxies, self._session.verify = found["proxies"], found["verify"]
        self._session.trust_env = False
        # Not compressed, as a small answer could unpack to any size.
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"})

    def close(self) -> None:
        """Close the sockets."""
        self._session.close()

    def send(self, request: Request, body: bytes | None = None) -> Answer:
        """Make one try of C(request), with C(body) as JSON.

        :raises NoAnswer: when no whole answer arrived within the timeout and the size limit.
        """
        done: list[Answer | Exception] = []
        opened: list[Any] = []
        # The timeouts of requests are for each read: a server that sends a byte now and then would hold it for ever. A thread
        # that waits for the head of an answer can be left behind; it ends with its connection or with the program.
        exchange = threading.Thread(target=self._try, args=(request, body, done, opened), daemon=True)
        exchange.start()
        exchange.join(self._timeout + GRACE_SECONDS)
        if not done:
            for response in opened:
                _break_off(response)
            raise NoAnswer(request, f"the answer was not complete after {self._timeout} s (timeout)", sent=True)
        if isinstance(done[0], Answer):
            return done[0]
        raise self._failure(request, done[0])

    def _try(self, request: Request, body: bytes | None, done: list[Answer | Exception], opened: list[Any]) -> None:
        try:
            done.append(self._exchange(request, body, opened))
        except Exception as error:
            done.append(error)

    def _failure(self, request: Request, error: Exception) -> Exception:
        if isinstance(error, (requests.exceptions.RequestException, urllib3_errors.HTTPError)):
            return _no_answer(request, error, self._timeout)
        if isinstance(error, (OSError, ValueError)):
            # requests raises an OSError of its own for a CA bundle that is not there.
            lasting = isinstance(error, ValueError) or error.errno is None
            return NoAnswer(request, _reason(error), sent=True, transient=not lasting)
        return error

    def _exchange(self, request: Request, body: bytes | None, opened: list[Any]) -> Answer:
        response = self._session.request(
            request.method,
            self._base_url + request.path,
            data=body,
            headers={} if body is None else {"Content-Type": "application/json"},
            timeout=(min(self._timeout, MAX_CONNECT_SECONDS), self._timeout),
            allow_redirects=False,
            stream=True,
        )
        opened.append(response)
        try:
            return Answer(response.status_code, response.headers, _read(request, response))
        finally:
            response.close()


def _read(request: Request, response: Any) -> bytes:
    """The whole body as it was sent, if it is not too large and was not cut short."""
    parts = []
    size = 0
    # Not with iter_content or stream, which unpack what is compressed, and read a line of any length where a chunk begins.
    while part := response.raw.read(CHUNK_BYTES, decode_content=False):
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            reason = f"the answer is larger than {MAX_ANSWER_BYTES} bytes"
            raise NoAnswer(request, reason, sent=True, transient=False)
    expected = response.headers.get("Content-Length", "")
    received = response.raw.tell()
    # Before urllib3 2, nobody else notices that a body was cut short.
    if expected.isdecimal() and received < int(expected):
        raise NoAnswer(request, f"the answer was cut after {received} of {expected} bytes", sent=True)
    return b"".join(parts)


def _break_off(response: Any) -> None:
    """End the connection that another thread reads C(response) from; to close it would not wake that thread."""
    with contextlib.suppress(OSError, ValueError), socket.fromfd(response.raw.fileno(), socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.shutdown(socket.SHUT_RDWR)


def _no_answer(request: Request, error: Exception, timeout: int) -> NoAnswer:
    """Tell in plain words why there is no answer, and whether the request can have reached the API."""
    cause = _cause(error)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return NoAnswer(request, f"no connection within {min(timeout, MAX_CONNECT_SECONDS)} s", sent=False)
    if isinstance(error, (requests.exceptions.Timeout, urllib3_errors.TimeoutError)):
        return NoAnswer(request, f"nothing came within {timeout} s (timeout)", sent=True)
    if isinstance(error, requests.exceptions.ProxyError):
        return NoAnswer(request, f"the proxy failed: {_reason(cause)}", sent=not _never_connected(cause))
    if isinstance(error, (requests.exceptions.SSLError, urllib3_errors.SSLError)):
        return _tls_failure(request, cause)
    if isinstance(error, requests.exceptions.ConnectionError):
        return NoAnswer(request, _reason(cause), sent=not _never_connected(cause))
    broken = isinstance(error, urllib3_errors.HTTPError) and not isinstance(error, ValueError)
    return NoAnswer(request, _reason(cause), sent=True, transient=broken)


def _tls_failure(request: Request, cause: BaseException) -> NoAnswer:
    """A certificate that is not accepted ends a connection before anything is sent on it; all else can happen at any time."""
    reason = printable(getattr(cause, "verify_message", "")).rstrip(".") or _reason(cause)
    hint = HINTS_BY_VERIFY_CODE.get(getattr(cause, "verify_code", 0), HINT_CA)
    sent = not isinstance(cause, ssl.SSLCertVerificationError)
    return NoAnswer(request, f"TLS failed: {reason}; {hint}", sent=sent, transient=False)


def _cause(error: Exception) -> BaseException:
    """The exception inside those in which requests and urllib3 wrap it."""
    cause: BaseException = error
    while True:
        candidates = (getattr(cause, "reason", None), *cause.args)
        inner = next((candidate for candidate in candidates if isinstance(candidate, BaseException)), None)
        if inner is None:
            return cause
        cause = inner


def _never_connected(cause: BaseException) -> bool:
    return isinstance(cause, (urllib3_errors.NewConnectionError, urllib3_errors.ConnectTimeoutError))


def _reason(cause: BaseException) -> str:
    """The text of C(cause) without object addresses, terminal escapes and the credentials of a proxy's URL."""
    if isinstance(cause, urllib3_errors.LocationParseError):
        # Its text can hold a part of the password, out of which nothing can tell it any more.
        return "a URL cannot be read: check base_url, and the proxies in the environment"
    text = re.sub(r"<[^<>]* object at 0x[0-9a-f]+>:? ?|^HTTPS?Connection\([^)]*\): ", "", str(cause) or type(cause).__name__)
    return printable(" ".join(_without_credentials(word) for word in text.split()), MAX_REASON).rstrip(".")


def _without_credentials(word: str) -> str:
    before, slashes, after = word.partition("//")
    return before + slashes + ("***@" + after.rpartition("@")[2] if "@" in after else after)
