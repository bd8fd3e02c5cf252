# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of what all modules share: connection options, requirements, attributes."""

from __future__ import annotations


class ModuleDocFragment:
    """Read by Ansible when a module extends C(edgeops.cloudflare.connection)."""

    DOCUMENTATION = r"""
options:
  account_id:
    description:
      - The Cloudflare account.
      - Without it, the environment variable E(CLOUDFLARE_ACCOUNT_ID) is used.
    type: str
  api_token:
    description:
      - An API token with the permission C(AI Gateway Write), or C(AI Gateway Read) where nothing is written. The preferred way to
        authenticate.
      - Without it, the environment variable E(CLOUDFLARE_API_TOKEN) is used. If the environment holds a token and a key, the token
        is used.
      - Cannot be given together with O(api_key) and O(api_email).
    type: str
  api_email:
    description:
      - The e-mail address that O(api_key) belongs to.
      - Without it, the environment variable E(CLOUDFLARE_EMAIL) is used.
    type: str
  api_key:
    description:
      - The Global API key of a user, the older way to authenticate.
      - Without it, the environment variable E(CLOUDFLARE_API_KEY) is used.
    type: str
  base_url:
    description:
      - Where the API is, if not at C(https://api.cloudflare.com/client/v4).
      - Without it, the environment variable E(CLOUDFLARE_BASE_URL) is used.
    type: str
  timeout:
    description:
      - Seconds that one try of a request may take, from 1 to 3600. A connection has to be there within 10 seconds
        of them.
    type: int
    default: 30
  max_retries:
    description:
      - How often one request is tried again after a failure that may pass, from 0 (one try) to 20.
      - A create is never repeated unless it provably was not carried out.
    type: int
    default: 4
  rate_limit_wait:
    description:
      - Most seconds to wait for the rate limit in one task, from 0 (fail at once) to 86400.
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
      - A CA bundle, or a folder of CA certificates, to verify the API's certificate with.
      - Without it, the environment variable E(REQUESTS_CA_BUNDLE) is used, else the bundle that C(requests) comes with.
    type: path
requirements:
  - requests >= 2.25 on the host that runs the module
notes:
  - An environment variable that is empty counts as not set. An option that is empty is an error.
  - Proxies are taken from the environment (E(HTTPS_PROXY), E(NO_PROXY)) only, not from the system settings of macOS.
  - The module runs wherever the task runs; use it on C(localhost), or delegate it there.
"""

    ATTRIBUTES = r"""
attributes:
  check_mode:
    description: Can run in check mode and tells what would be done, without doing it.
    support: full
  diff_mode:
    description: Returns what differs, when asked for with C(--diff).
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
      - When a declared secret is written to an item that exists, such as a gateway.
      - V(auto) writes it if it is known to differ from the stored one. A secret that the server hides cannot be compared. It counts as
        unchanged, unless the visible part of a mask such as C(sk_...1234) contradicts it. The task warns about that, but not about a secret
        that no answer of the API ever has, such as the key of a provider.
      - V(always) writes it in each run, so the task always reports a change. Use it to rotate a secret that the server hides.
      - V(never) writes it only when the item, or the element of a list that holds the secret, is created. A secret that somebody rotates
        elsewhere then stays.
    type: str
    choices: [auto, always, never]
    default: auto
"""
