# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation of options by Ansible's ``ArgumentSpecValidator``.

Its result only has the errors and the values as public attributes. This is the only file that uses the private ones.
Source: https://github.com/ansible/ansible/blob/stable-2.19/lib/ansible/module_utils/common/arg_spec.py
"""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Sequence

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import AnsibleValidationError, UnsupportedError


class Validated(NamedTuple):
    """Options after their validation.

    ``values`` are the options with converted types and defaults. ``unsupported`` are the dotted paths of unknown options, sorted.
    ``duplicates`` are pairs of an option and its alias that are both given. ``secrets`` are the values of options with ``no_log``.
    """

    values: dict[str, Any]
    errors: Sequence[AnsibleValidationError]
    unsupported: list[str]
    duplicates: list[tuple[str, str]]
    secrets: set[str]

    @property
    def problems(self) -> list[str]:
        """Return the messages of all errors other than unknown options, without the final period."""
        return [str(error.msg).rstrip(".") for error in self.errors if not isinstance(error, UnsupportedError)]


def validate(spec: dict[str, Any], options: Mapping[str, Any], **relations: Any) -> Validated:
    """Validate ``options`` whose types have passed ``type_checks.py``.

    :param relations: rules about several options, such as ``required_if``.
    """
    result = ArgumentSpecValidator(spec, **relations).validate(dict(options))
    return Validated(
        result.validated_parameters,
        result.errors,
        sorted(map(_dotted, result._unsupported_parameters)),
        [(found["option"], found["alias"]) for found in result._warnings],
        set(result._no_log_values),
    )


def refusal(errors: Sequence[AnsibleValidationError], action: str) -> str:
    """Return the message of the first of ``errors``, as AnsibleModule words it for ``action``, or an empty string if there is none."""
    for error in errors:
        return f"Unsupported parameters for ({action}) module: {error.msg}" if isinstance(error, UnsupportedError) else str(error.msg)
    return ""


def _dotted(name: str | tuple[str, ...]) -> str:
    # Ansible reports a tuple only for nested options.
    return name if isinstance(name, str) else ".".join(name)
