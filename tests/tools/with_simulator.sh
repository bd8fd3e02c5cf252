#!/usr/bin/env bash
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Usage: with_simulator.sh COMMAND ARGS...
# Runs the command with a new simulator on a free local port, whose URL and credentials are in the environment. The simulator is
# always stopped at the end.

set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
[[ $# -gt 0 ]] || { echo "usage: $0 COMMAND ARGS..." >&2; exit 2; }

scratch=$(mktemp -d)
simulator=
stop() {
    if [[ -n $simulator ]]; then
        kill "$simulator" 2>/dev/null || true
        wait "$simulator" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

(cd "$root" && exec .venv/bin/python -m tests.simulator \
    --port 0 --port-file "$scratch/port" --parent-pid $$) >"$scratch/log" 2>&1 &
simulator=$!
for _ in {1..150}; do
    [[ -s $scratch/port ]] && break
    kill -0 "$simulator" 2>/dev/null || break
    sleep 0.1
done
if [[ ! -s $scratch/port ]]; then
    echo "the simulator did not start:" >&2
    cat "$scratch/log" >&2
    exit 1
fi

CLOUDFLARE_SIMULATOR_URL=http://127.0.0.1:$(<"$scratch/port")
export CLOUDFLARE_SIMULATOR_URL
export CLOUDFLARE_BASE_URL=$CLOUDFLARE_SIMULATOR_URL/client/v4
export CLOUDFLARE_AI_GATEWAY_URL=$CLOUDFLARE_SIMULATOR_URL
export CLOUDFLARE_ACCOUNT_ID=0123456789abcdef0123456789abcdef
export CLOUDFLARE_API_TOKEN=simulator-token
unset CLOUDFLARE_EMAIL CLOUDFLARE_API_KEY
export no_proxy=127.0.0.1,localhost NO_PROXY=127.0.0.1,localhost

"$@"
