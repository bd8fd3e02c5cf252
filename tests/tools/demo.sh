#!/usr/bin/env bash
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Called by `make demo` through with_simulator.sh: CLOUDFLARE_* name the simulator, and the collection is on the path.

set -euo pipefail
cd "$(dirname "$0")/../.."

# What a person reads: results as YAML, no warnings about the inventory that is not needed.
export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false
[[ ! -t 1 ]] || export ANSIBLE_FORCE_COLOR=true
gateway=edgeops-demo
keys='{vault_openai_key: example-openai-key, vault_house_llm_key: example-house-llm-key}'

again=$(mktemp)
trap 'rm -f "$again"' EXIT

show() {
    local word line='$'
    for word in "$@"; do
        [[ $word == *\ * ]] && word="\"$word\""
        line+=" $word"
    done
    printf '\n%s\n' "$line"
    "$@"
}

show ansible-playbook playbooks/quickstart.yml
show ansible localhost -m edgeops.cloudflare.ai_gateway -a "id=$gateway cache_ttl=300"
show ansible localhost -m edgeops.cloudflare.ai_gateway -a "id=$gateway state=absent"
show ansible-playbook playbooks/gateway_with_key.yml -e "$keys"
printf '\nThe same again changes nothing:\n'
show ansible-playbook playbooks/gateway_with_key.yml -e "$keys" | tee "$again"
grep -Eq 'changed=0 .*failed=0' "$again"
show ansible localhost -m edgeops.cloudflare.ai_gateway -a "id=support-bot state=absent" --diff

cat <<'EOT'

All of this was against the simulator, and nothing of it is left. To do the same on a live account:

  export CLOUDFLARE_ACCOUNT_ID=...    # the account's id, 32 characters
  export CLOUDFLARE_API_TOKEN=...     # a token with the permission "AI Gateway Write"
  source .venv/bin/activate
  export ANSIBLE_COLLECTIONS_PATH=$PWD/.venv/collections
  ansible-playbook playbooks/quickstart.yml

It creates, changes and deletes the one gateway edgeops-quickstart.
EOT
