# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_custom_domain_info``."""

from __future__ import annotations

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_domain import CUSTOM_DOMAIN
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.info import info

TASK_SPEC = info(CUSTOM_DOMAIN, "custom_domains")
