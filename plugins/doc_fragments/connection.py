# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that all modules share: connection options, requirements and attributes."""

from __future__ import annotations


class ModuleDocFragment:
    """The fragment ``edgeops.cloudflare.connection``, which modules extend."""

    DOCUMENTATION = r"""
options:
  account_id:
    description:
      - The id of the Cloudflare account.
      - If not set, the environment variable E(CLOUDFLARE_ACCOUNT_ID) is used.
    type: str
  api_token:
    description:
      - An API token. The notes list the permissions that it needs. This is the recommended way to authenticate.
      - If not set, the environment variable E(CLOUDFLARE_API_TOKEN) is used. If the environment contains both a token and a key, the token
        is used.
      - Mutually exclusive with O(api_key) and O(api_email).
    type: str
  api_email:
    description:
      - The email address of the user that O(api_key) belongs to.
      - If not set, the environment variable E(CLOUDFLARE_EMAIL) is used.
    type: str
  api_key:
    description:
      - The Global API key of a user. This is the legacy way to authenticate.
      - If not set, the environment variable E(CLOUDFLARE_API_KEY) is used.
    type: str
  base_url:
    description:
      - The base URL of the API, if it is not C(https://api.cloudflare.com/client/v4).
      - If not set, the environment variable E(CLOUDFLARE_BASE_URL) is used.
    type: str
  timeout:
    description:
      - Maximum time in seconds for one attempt at a request, from 1 to 3600. At most 10 seconds of this time may be spent on connecting.
    type: int
    default: 30
  max_retries:
    description:
      - Maximum number of retries of a request after a temporary failure, from 0 (one attempt only) to 20.
      - A request that creates an object is only retried if it certainly had no effect.
    type: int
    default: 4
  rate_limit_wait:
    description:
      - Maximum time in seconds that one task waits for Cloudflare's API rate limit, from 0 (fail immediately) to 86400.
      - Cloudflare blocks a user or token for five minutes after 1200 requests in five minutes.
    type: int
    default: 300
  validate_certs:
    description:
      - Whether to verify the TLS certificate of the API.
    type: bool
    default: true
  ca_path:
    description:
      - A CA bundle, or a directory of CA certificates, to verify the API's certificate.
      - If not set, the environment variable E(REQUESTS_CA_BUNDLE) is used. If the variable is not set either, the bundle of the Python
        library C(requests) is used.
    type: path
requirements:
  - requests >= 2.25 on the host that runs the module
notes:
  - An empty environment variable is ignored. A connection option that is set to an empty string is an error.
  - Proxy settings are only read from the environment (E(HTTPS_PROXY), E(NO_PROXY)), not from the system settings of macOS.
  - The module runs on the target host of the task. Run the task on C(localhost), or use C(delegate_to=localhost).
"""

    ATTRIBUTES = r"""
attributes:
  check_mode:
    description: Can run in check mode and return the changed status prediction without modifying the target.
    support: full
  diff_mode:
    description: Returns the differences when run with C(--diff).
    support: full
  platform:
    description: The operating systems that the module runs on.
    support: full
    platforms: posix
  action_group:
    description: Use C(group/edgeops.cloudflare.all) in C(module_defaults) to set the connection options of all modules at once.
    support: full
    membership:
      - edgeops.cloudflare.all
"""

    UPDATE_SECRETS = r"""
options:
  update_secrets:
    description:
      - When to write a declared secret to an existing gateway, provider config or other object.
      - V(auto) writes the secret if it is known to differ from the stored one. If the server hides the stored secret, it cannot be compared
        completely. The secret then counts as unchanged, unless the declared value contradicts the visible part of the stored one, as in a
        mask such as C(sk_...1234). If a secret could not be compared, the task issues a warning. Provider keys and other secrets of the
        Secrets Store are an exception. The API never returns them, so there would be a warning in every run. The task issues none, and only
        V(always) replaces them.
      - V(always) writes the secret in every run, so the task always reports a change. Use this choice to rotate a secret that the server
        hides.
      - With V(never), the secret of an existing object is not replaced. It is only written when the object, or the list element that
        contains the secret, is created. Use this choice if the secret is rotated elsewhere.
    type: str
    choices: [auto, always, never]
    default: auto
    version_added: 0.2.0
"""
