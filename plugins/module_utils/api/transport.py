# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP transport on a ``requests`` session, with time and size limits, and without redirects or logging."""

from __future__ import annotations

import os
import re
import ssl
import threading
import traceback
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Mapping, NamedTuple
from urllib.request import getproxies_environment

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.cancellable import make_cancellable, running
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.task_scope import Attempt, AttemptCancelled, TaskScope
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NoAnswer, NotSent, Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable

REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    import urllib3
    from urllib3 import exceptions as urllib3_errors
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

USER_AGENT = "ansible-edgeops.cloudflare/0.2.0"
# Enough for a page of a hundred items of 80 KB each. A parsed answer can take up to 25 times as much memory.
MAX_ANSWER_BYTES = 8 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
MAX_CONCURRENCY = 16
# Servers accept connections quickly. Only their answers may take the whole timeout.
MAX_CONNECT_SECONDS = 10
# Additional time, so that the timeouts within an attempt expire first: their errors are more precise.
GRACE_SECONDS = 0.5
MAX_REASON = 300
# Remedies for untrusted certificates, by OpenSSL's verification error code.
HINT_CA = "ca_path names a CA bundle of your own"
HINT_CLOCK = "check the clock of the host that runs the task"
HINT_NAME = "check the host name in base_url"
HINTS_BY_VERIFY_CODE = {9: HINT_CLOCK, 10: HINT_CLOCK, 62: HINT_NAME, 64: HINT_NAME}


class Answer(NamedTuple):
    """A complete HTTP response. Header names are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Thread-safe pool of sockets for the requests of one ``Connection``. It must be closed."""

    def __init__(self, connection: Connection) -> None:
        self._base_url = connection.base_url.rstrip("/")
        self._timeout = connection.timeout
        if connection.verify is False:
            # The user disabled verification. A warning for each request would hide other warnings.
            urllib3.disable_warnings(urllib3_errors.InsecureRequestWarning)
        self._session = requests.Session()
        self._session.auth = connection.credentials
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # One connection for each concurrent request of a task. Connections are opened only when they are needed.
        adapter = _adapter(MAX_CONCURRENCY)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        # requests parses the target of a redirect even if it does not follow it, and fails if it is malformed.
        self._session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
        # Read proxies and CA bundle from the environment once, instead of for each request.
        self._session.proxies, self._session.verify = _proxies(self._base_url), _verify(connection.verify)
        self._session.trust_env = False
        # Request uncompressed answers, because a small compressed answer can expand to any size.
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"})

    def close(self) -> None:
        """Close the sockets."""
        self._session.close()

    def send(
        self,
        request: Request,
        body: bytes | None = None,
        scope: TaskScope | None = None,
        fresh: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send ``request`` once, with ``body`` as JSON.

        :param scope: the task of the request; when it ends, the attempt is cancelled.
        :param fresh: whether to open a new connection.
        :param headers: headers in addition to the credentials of the connection.
        :raises NoAnswer: if no complete answer arrived within the limits of time and size.
        :raises NotSent: if the task has ended, or no thread can be started.
        """
        scope = scope or TaskScope()
        attempt = scope.begin(request, needs_fresh_connection=fresh)
        done: list[Answer | Exception] = []
        outcome = None
        # The timeouts of requests apply to each read, so a server that sends single bytes could delay the task forever. DNS lookups have
        # no timeout at all. Only another thread can stop waiting.
        exchange = threading.Thread(target=self._run, args=(attempt, request, body, headers or {}, done), daemon=True)
        try:
            _start(exchange, request)
            exchange.join(self._timeout + GRACE_SECONDS)
            outcome = done[0] if done else None
        finally:
            # Also needed if the task is interrupted.
            if outcome is None:
                attempt.cancel()
            scope.leave(attempt)
        if isinstance(outcome, Answer):
            return outcome
        raise self._timed_out(request, attempt) if outcome is None else self._failure(request, outcome, attempt)

    def _timed_out(self, request: Request, attempt: Attempt) -> NoAnswer:
        if attempt.was_not_sent:
            return _no_connection(request, self._timeout)
        return NoAnswer(request, f"the answer was not complete after {self._timeout} s (timeout)", sent=True)

    def _run(
        self, attempt: Attempt, request: Request, body: bytes | None, headers: Mapping[str, str], done: list[Answer | Exception]
    ) -> None:
        try:
            with running(attempt):
                done.append(self._exchange(request, body, headers))
        except Exception as error:
            done.append(error)
        finally:
            attempt.finish()

    def _failure(self, request: Request, error: Exception, attempt: Attempt) -> Exception:
        """Return the error to raise for ``error``. An attempt that failed before it sent a byte did not reach the API."""
        if attempt.was_not_sent and isinstance(error, requests.exceptions.Timeout):
            return _no_connection(request, min(self._timeout, MAX_CONNECT_SECONDS))
        failure = self._explained(request, error)
        if isinstance(failure, NoAnswer) and attempt.was_not_sent:
            failure.outcome_unknown = False
        return failure

    def _explained(self, request: Request, error: Exception) -> Exception:
        if isinstance(error, AttemptCancelled):
            return NotSent(request, "the task has ended")
        if isinstance(error, (requests.exceptions.RequestException, urllib3_errors.HTTPError)):
            return _no_answer(request, error, self._timeout)
        if isinstance(error, (OSError, ValueError)):
            # For a missing CA bundle, requests raises an OSError without an errno.
            is_permanent = isinstance(error, ValueError) or error.errno is None
            return NoAnswer(request, _reason(error), sent=True, transient=not is_permanent)
        return error

    def _exchange(self, request: Request, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        response = self._session.request(
            request.method,
            self._base_url + request.path,
            data=body,
            headers={**headers, **({} if body is None else {"Content-Type": "application/json"})},
            timeout=(min(self._timeout, MAX_CONNECT_SECONDS), self._timeout),
            allow_redirects=False,
            stream=True,
        )
        try:
            return Answer(response.status_code, response.headers, _read(request, response))
        finally:
            response.close()


def _adapter(pool_maxsize: int) -> Any:
    """Return an adapter for ``requests`` whose connections send nothing for a cancelled attempt."""

    class Adapter(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme = make_cancellable(self.poolmanager.pool_classes_by_scheme)

        def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
            is_new = proxy not in self.proxy_manager
            manager = super().proxy_manager_for(proxy, **kwargs)
            if is_new:
                manager.pool_classes_by_scheme = make_cancellable(manager.pool_classes_by_scheme)
            return manager

    return Adapter(pool_maxsize=pool_maxsize)


def _proxies(url: str) -> dict[str, str]:
    """Return the proxies from the environment for ``url``.

    If there are none, Python would read the system settings on macOS, which can crash a forked process such as an Ansible worker.
    """
    return dict(requests.utils.get_environ_proxies(url)) if getproxies_environment() else {}


def _verify(option: bool | str) -> bool | str:
    """Return the value of ``verify`` for requests: the option, or the CA bundle from the environment if the option is ``True``."""
    found = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    return found if option is True and found else option


def _start(exchange: threading.Thread, request: Request) -> None:
    try:
        exchange.start()
    except RuntimeError as error:
        reason = f"{printable(str(error), MAX_REASON)}; raise the limit of processes (ulimit -u), or run fewer tasks at a time"
        raise NotSent(request, reason) from None


def _read(request: Request, response: Any) -> bytes:
    """Return the body, undecoded.

    :raises NoAnswer: if it is too large or truncated.
    """
    parts = []
    size = 0
    # iter_content and stream would decompress the data, and read a chunk header of any length.
    while part := response.raw.read(CHUNK_BYTES, decode_content=False):
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            reason = f"the answer is larger than {MAX_ANSWER_BYTES} bytes"
            raise NoAnswer(request, reason, sent=True, transient=False)
    expected = response.headers.get("Content-Length", "")
    received = response.raw.tell()
    # urllib3 before version 2 does not detect a truncated body.
    if expected.isdecimal() and received < int(expected):
        raise NoAnswer(request, f"the answer was cut after {received} of {expected} bytes", sent=True)
    return b"".join(parts)


def _no_answer(request: Request, error: Exception, timeout: int) -> NoAnswer:
    """Return an error that states why there is no answer, and whether the request can have reached the API."""
    cause = _cause(error)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return _no_connection(request, min(timeout, MAX_CONNECT_SECONDS))
    if isinstance(error, (requests.exceptions.Timeout, urllib3_errors.TimeoutError)):
        return NoAnswer(request, f"nothing came within {timeout} s (timeout)", sent=True)
    if isinstance(error, requests.exceptions.ProxyError):
        return NoAnswer(request, f"the proxy failed: {_reason(cause)}", sent=not _never_connected(cause))
    if isinstance(error, (requests.exceptions.SSLError, urllib3_errors.SSLError)):
        return _tls_failure(request, cause)
    if isinstance(error, requests.exceptions.ConnectionError):
        return NoAnswer(request, _reason(cause), sent=not _never_connected(cause))
    is_transient = isinstance(error, urllib3_errors.HTTPError) and not isinstance(error, ValueError)
    return NoAnswer(request, _reason(cause), sent=True, transient=is_transient)


def _no_connection(request: Request, seconds: float) -> NoAnswer:
    return NoAnswer(request, f"no connection within {seconds} s (timeout)", sent=False)


def _tls_failure(request: Request, cause: BaseException) -> NoAnswer:
    """Return the error for a TLS failure. Untrusted certificates fail before anything is sent; other failures can occur at any time."""
    reason = printable(getattr(cause, "verify_message", "")).rstrip(".") or _reason(cause)
    hint = HINTS_BY_VERIFY_CODE.get(getattr(cause, "verify_code", 0), HINT_CA)
    sent = not isinstance(cause, ssl.SSLCertVerificationError)
    return NoAnswer(request, f"TLS failed: {reason}; {hint}", sent=sent, transient=False)


def _cause(error: Exception) -> BaseException:
    """Return the innermost of the exceptions that requests and urllib3 wrap in each other."""
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
    """Return the text of ``cause`` without object addresses, terminal escapes or credentials in URLs."""
    if isinstance(cause, urllib3_errors.LocationParseError):
        # Its text can contain a part of a password that cannot be recognized.
        return "a URL is invalid: check base_url, and the proxies in the environment"
    text = re.sub(r"<[^<>]* object at 0x[0-9a-f]+>:? ?|^HTTPS?Connection\([^)]*\): ", "", str(cause) or type(cause).__name__)
    return printable(" ".join(_without_credentials(word) for word in text.split()), MAX_REASON).rstrip(".")


def _without_credentials(word: str) -> str:
    before, slashes, after = word.partition("//")
    return before + slashes + ("***@" + after.rpartition("@")[2] if "@" in after else after)
