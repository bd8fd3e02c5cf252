# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that converts a stored account to files of variables that declare it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.account_document import GATEWAYS
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.account_export import document_of
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.placeholders import Placeholder, Placeholders, variable_names
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.plain import plain
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.vars_file import Template, as_yaml, vars_file

DOCUMENTATION = r"""
name: account_files
short_description: Turn an account into files of variables that declare it
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Takes an account as M(edgeops.cloudflare.ai_gateway_account_info) returns it, and returns the text of files that set the variable
    C(cloudflare_account) to the document that declares the account. The playbook C(edgeops.cloudflare.ai_gateway_export) writes these
    files.
  - As long as the account does not change, the files stay the same, byte for byte. Strings from the account that look like templates are
    marked with C(!unsafe), so that Ansible never evaluates them.
  - With O(secrets), the files contain variables in place of values that the API does not show. Ansible evaluates these variables once it
    has loaded the files as variables.
positional: _input, secrets, each
options:
  _input:
    description: An account.
    type: dict
    required: true
  secrets:
    description:
      - Whether variables such as C(vault_support_bot_openai_default) stand for keys, other secrets and the zones of custom domains. If
        V(false), these values are left out, so that they stay as they are.
      - If V(true), C(secret_id) and C(store_id) are left out, because they refer to the Secrets Store of this account.
    type: bool
    default: false
  each:
    description: Whether each gateway is in a file of its own, and in a variable of its own, to which C(cloudflare_account) refers.
    type: bool
    default: false
seealso:
  - name: Exporting an account
    description: Files with variables in place of secrets, to manage or copy an account.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/export.md
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Returns the same document as a value, without variables in it.
"""

EXAMPLES = r"""
- name: Read the whole account
  edgeops.cloudflare.ai_gateway_account_info:
  register: found

- name: Save the account as variables
  ansible.builtin.copy:
    content: "{{ (found.account | edgeops.cloudflare.account_files).files['account.yml'] }}"
    dest: account.yml
    mode: "0600"

- name: Show which variables a copy with secrets needs
  ansible.builtin.debug:
    msg: "{{ (found.account | edgeops.cloudflare.account_files(secrets=true)).secrets }}"
"""

RETURN = r"""
_value:
  description:
    - C(files) contains the text of each file by file name. The files are C(account.yml) and, with O(each), one such as
      C(gateway_support_bot.yml) for each gateway.
    - C(secrets) contains the variables in place of values that the API does not show, each with a description of the value.
    - C(fill_in) is the text of a file that sets these variables. Until a value is filled in, a task that uses the variable fails and names
      the variable.
  type: dict
"""

ACCOUNT = "cloudflare_account"
SINGLE_FILE = "account.yml"
WRITTEN = "Written by edgeops.cloudflare from what is stored. The next export overwrites it."


def account_files(account: Any, secrets: bool = False, each: bool = False) -> dict[str, Any]:
    """Implement the filter. The documentation is above."""
    placeholders = Placeholders() if secrets else None
    try:
        document = document_of(plain(account), placeholders)
    except InvalidOptions as error:
        raise AnsibleFilterError(
            "account_files takes an account as edgeops.cloudflare.ai_gateway_account_info returns it: " + "; ".join(error.problems)
        ) from None
    made = placeholders.made if placeholders else []
    names = variable_names(placeholder.path for placeholder in made)
    described = {names[placeholder.path]: placeholder.description for placeholder in made}
    return {"files": _files(_with_templates(document, names), each), "secrets": described, "fill_in": _fill_in(described)}


def _with_templates(value: Any, names: Mapping[tuple[str, ...], str]) -> Any:
    """Return ``value`` with a template in place of each placeholder."""
    if isinstance(value, Placeholder):
        return _reference(names[value.path])
    if isinstance(value, dict):
        return {key: _with_templates(part, names) for key, part in value.items()}
    return [_with_templates(part, names) for part in value] if isinstance(value, list) else value


def _reference(name: str) -> Template:
    return Template(f"{{{{ {name} }}}}")


def _files(document: dict[str, Any], each: bool) -> dict[str, str]:
    """Return the text of each file. With ``each``, the list refers to the gateways, so that the file of a deleted one has no effect."""
    if not each or GATEWAYS not in document:
        return {SINGLE_FILE: vars_file({ACCOUNT: document}, WRITTEN)}
    gateways = document[GATEWAYS]
    names = variable_names(((gateway["id"],) for gateway in gateways), "")
    of_gateway = {f"gateway_{names[gateway['id'],]}": gateway for gateway in gateways}
    account = {**document, GATEWAYS: [_reference(f"cloudflare_{name}") for name in of_gateway]}
    files = {f"{name}.yml": vars_file({f"cloudflare_{name}": gateway}, WRITTEN) for name, gateway in of_gateway.items()}
    return {SINGLE_FILE: vars_file({ACCOUNT: account}, WRITTEN), **files}


def _fill_in(secrets: Mapping[str, str]) -> str:
    """Return the text of a file that sets ``secrets`` to values to be filled in, each below its description."""
    head = vars_file({}, "Put a value in place of each template, then encrypt the file with ansible-vault. No export overwrites it.")
    entries = [
        f"\n# {description}\n{as_yaml({name: Template('{{ undef(hint=' + repr(f'{name} has to be filled in.') + ') }}')})}"
        for name, description in secrets.items()
    ]
    return head.replace("{}\n", "") + "".join(entries)


class FilterModule:
    """The class that Ansible loads."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters of this file, by name."""
        return {"account_files": account_files}
