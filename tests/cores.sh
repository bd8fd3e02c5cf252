#!/usr/bin/env bash
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Usage: cores.sh CORE...
# Runs tests/in_process with each ansible-core. One that no Python here can run is named, and counts as failed.

set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
failed=()
for core in "$@"; do
    if venv=$(tests/core_venv.sh "$core"); then
        printf '\n%s, %s\n' "$("$venv/bin/python" -c 'import ansible.release as r; print("ansible-core", r.__version__)')" \
            "$("$venv/bin/python" --version)"
        ANSIBLE_CORE_BIN=$venv/bin pytest -q tests/in_process || failed+=("$core")
    else
        failed+=("$core")
    fi
done
[[ ${#failed[@]} -eq 0 ]] || { echo "failed: ${failed[*]}"; exit 1; }
echo "all of $* passed"
