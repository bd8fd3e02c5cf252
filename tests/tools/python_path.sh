#!/usr/bin/env bash
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Prints a PATH that contains every Python of pyenv, if there are any, under its own name, and not the shims of pyenv.

set -euo pipefail
pythons=
for bin in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin; do
    [[ -d $bin ]] && pythons+=$bin:
done
echo "$pythons$(tr : '\n' <<<"$PATH" | grep -v '/shims$' | paste -sd :)"
