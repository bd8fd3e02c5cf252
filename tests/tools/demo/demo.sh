#!/usr/bin/env bash
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Run by `make demo` through with_simulator.sh: CLOUDFLARE_* refer to the simulator, and the collection is on the path.

set -euo pipefail
cd "$(dirname "$0")/../../.."
demo=tests/tools/demo

export ANSIBLE_STDOUT_CALLBACK=brief ANSIBLE_CALLBACK_PLUGINS=$PWD/$demo
export ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false ANSIBLE_DEPRECATION_WARNINGS=false
export CLOUDFLARE_RUN_TOKEN=$CLOUDFLARE_API_TOKEN
bold='' plain=''
[[ ! -t 1 ]] || bold=$(tput bold) plain=$(tput sgr0)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$demo"/account.yml "$demo"/keys.yml "$scratch"

step() {
    printf '\n%s%s%s\n' "$bold" "$1" "$plain"
}

# Prints a command as a user would type it, and runs it in the folder with the document.
run() {
    printf '$ %s\n' "$*"
    (cd "$scratch" && "$@")
}

step '1. One document declares the account: a provider, a gateway, its key, route and budget.'
sed '1,/^---/d' "$demo/account.yml"

step '2. Check mode shows the plan, and changes nothing.'
run ansible-playbook edgeops.cloudflare.ai_gateway_apply -e @account.yml -e @keys.yml --check

step '3. Apply the document.'
run ansible-playbook edgeops.cloudflare.ai_gateway_apply -e @account.yml -e @keys.yml

step '4. Does the gateway answer?'
cp "$demo/probe.yml" "$scratch"
run ansible-playbook probe.yml

step '5. Somebody changes the account by hand.'
cp "$demo/by_hand.yml" "$scratch"
run ansible-playbook by_hand.yml

step '6. The report shows these changes.'
run ansible-playbook edgeops.cloudflare.ai_gateway_audit -e @account.yml -e @keys.yml -e audit_report=report.md,report.html
sed '/^## Gateways/,$d' "$scratch/report.md"

step '7. Apply the same document again, and delete what it does not declare.'
run ansible-playbook edgeops.cloudflare.ai_gateway_apply -e @account.yml -e @keys.yml -e '{cloudflare_purge: [gateways], cloudflare_purge_limit: 1}'

step '8. Export the account as a document.'
run ansible-playbook edgeops.cloudflare.ai_gateway_export -e export_to=exported.yml
sed -n '/gateways:/,$p' "$scratch/exported.yml" | head -n 12

cat <<'EOT'

All of this ran against the simulator. To do the same on a live account, see docs/account.md.
EOT
