#!/usr/bin/env bash
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Usage: ansible_test.sh CORE COMMAND ARGS...      for example: ansible_test.sh 2.19 sanity --test import
#
# Runs ansible-test from ansible-core CORE on a copy of this checkout (tracked and untracked files that are not ignored) under .cache.
# The copy of each core and command is kept, so that the virtual environments in it are created once. Integration tests run
# against a simulator that this program starts. INTEGRATION_CONFIG=FILE uses a configuration instead of it. IN_PROCESS=false
# runs every task as an ordinary module.

set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
[[ $# -ge 2 ]] || { echo "usage: $0 CORE COMMAND ARGS..." >&2; exit 2; }

if [[ $2 == integration && -z ${INTEGRATION_CONFIG:-} && -z ${CLOUDFLARE_SIMULATOR_URL:-} ]]; then
    exec "$root/tests/tools/with_simulator.sh" "$0" "$@"
fi
core=$1 command=$2
shift 2
cache=$root/.cache
work=$cache/work-$core-$command/ansible_collections/edgeops/cloudflare
log=$cache/work-$core-$command/log
umask 022
mkdir -p "$work" "$cache/home"

# ansible-test cannot use the shims of pyenv.
PATH=$("$root/tests/tools/python_path.sh")

venv=$("$root/tests/tools/core_venv.sh" "$core")
PATH=$venv/bin:$PATH

# ----- a separate home, because ansible-test passes HOME on, but none of pip's variables -----
"$venv/bin/python" "$root/tests/tools/ansible_test_home.py" "$cache/home"

# ----- the copy; a git repository, because ansible-test would use the one around it, which ignores .cache -----
find "$work" -mindepth 1 -maxdepth 1 ! -name tests ! -name .git -exec rm -rf {} +
[[ ! -d $work/tests ]] || find "$work/tests" -mindepth 1 -maxdepth 1 ! -name output -exec rm -rf {} +
(cd "$root" && git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [[ ! -e $file && ! -L $file ]] || printf '%s\0' "$file"; done |
    tar --create --null --files-from=- --file=-) | tar -xf - -C "$work"
cd "$work"
[[ -d .git ]] || git init --quiet

if [[ $command == integration ]]; then
    if [[ -n ${INTEGRATION_CONFIG:-} ]]; then
        cp "$INTEGRATION_CONFIG" tests/integration/integration_config.yml
    else
        cat >tests/integration/integration_config.yml <<EOF
cloudflare_simulator_url: $CLOUDFLARE_SIMULATOR_URL
cloudflare_base_url: $CLOUDFLARE_BASE_URL
cloudflare_account_id: $CLOUDFLARE_ACCOUNT_ID
cloudflare_api_token: $CLOUDFLARE_API_TOKEN
EOF
    fi
    echo "edgeops_cloudflare_in_process: ${IN_PROCESS:-true}" >>tests/integration/integration_config.yml
fi

code=0
env -u ANSIBLE_COLLECTIONS_PATH -u PYTHONPATH HOME="$cache/home" ansible-test "$command" "$@" 2>&1 | tee "$log" || code=$?

# ----- what was tested, because ansible-test succeeds even if it tests nothing -----
case $command in
    sanity) done='^Running sanity test' what="sanity test runs" ;;
    units) done='^=+ .*[0-9]+ passed' what="passing runs of unit tests" ;;
    integration) done='^Running .+ integration test role' what="integration targets" ;;
    *) exit "$code" ;;
esac
count=$(grep -cE "$done" "$log" || true)
grep -oE 'Skipping .*(Python|python) [0-9.]+.*|.*due to missing interpreter.*' "$log" | sort -u | sed 's/^/skipped: /' || true
echo "ansible-core $core: $count $what, exit code $code"
if [[ $code -eq 0 ]] && { [[ $count -eq 0 ]] || grep -q 'All targets skipped' "$log"; }; then
    echo "nothing was tested" >&2
    exit 1
fi
exit "$code"
