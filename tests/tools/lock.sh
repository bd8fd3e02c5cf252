#!/usr/bin/env bash
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Pins all direct and indirect requirements of requirements-dev.in, for Python 3.11 and later, in requirements-dev.txt.

set -euo pipefail
cd "$(dirname "$0")/../.."

tools=.cache/lock
[[ -x $tools/bin/uv ]] || { python3 -m venv "$tools" && "$tools/bin/pip" install --quiet uv; }
pins=$("$tools/bin/uv" pip compile --quiet --upgrade --universal --python-version 3.11 \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links requirements-dev.in)
{
    sed -n '1,3p' requirements-dev.in
    printf '\n%s\n%s\n' \
        "# The complete pinned set for Python 3.11, 3.12 and 3.13. Written by \`make lock\` from requirements-dev.in." \
        "$pins"
} >requirements-dev.txt
echo "requirements-dev.txt: $(grep -c == requirements-dev.txt) packages"
