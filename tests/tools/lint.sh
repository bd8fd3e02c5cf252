#!/usr/bin/env bash
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs every linter on every file that git does not ignore. All linters run, even if one fails.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

failed=()
ran=0
check() { # check NAME COMMAND ARGS...: runs one linter, and prints its output if it fails
    local name=$1 output start=$SECONDS
    shift
    ran=$((ran + 1))
    if output=$("$@" 2>&1 </dev/null); then
        printf '%-20s ok      %3d s\n' "$name" $((SECONDS - start))
    else
        failed+=("$name")
        printf '%-20s FAILED  %3d s\n%s\n' "$name" $((SECONDS - start)) "$output"
    fi
}

files=()
while IFS= read -r -d '' file; do
    [[ -f $file ]] && files+=("$file")
done < <(git ls-files -z --cached --others --exclude-standard)
python=() yaml=() shell=(.ci/run)
for file in "${files[@]}"; do
    case $file in
        *.py) python+=("$file") ;;
        *.yml | *.yaml | .yamllint | .ansible-lint) yaml+=("$file") ;;
        *.sh) shell+=("$file") ;;
    esac
done
echo "${#files[@]} files: ${#python[@]} Python, ${#yaml[@]} YAML, ${#shell[@]} shell"
if [[ ${#python[@]} -eq 0 || ${#yaml[@]} -eq 0 ]]; then
    echo "nothing to lint: is this a git checkout?" >&2
    exit 1
fi

check "ruff check" ruff check --quiet "${python[@]}"
check "ruff format" ruff format --check "${python[@]}"
check "mypy" mypy
check "yamllint" yamllint --strict "${yaml[@]}"
check "shellcheck" shellcheck "${shell[@]}"
check "reuse" reuse lint --lines
check "changelog" antsibull-changelog lint
if [[ -f changelogs/changelog.yaml ]]; then
    check "changelog.yaml" antsibull-changelog lint-changelog-yaml --strict changelogs/changelog.yaml
fi
check "docs" antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self \
    --check-extra-docs-refs --skip-rstcheck .
check "ansible-lint" ansible-lint --strict --nocolor
# Invented secrets contain one of the simulator's account ids, or one of the words below. The values of update_secrets are no
# secrets.
check "detect-secrets" detect-secrets-hook \
    --exclude-secrets '(0123456789abcdef){2}|(fedcba9876543210){2}' \
    --exclude-secrets '^(always|never)$' \
    --exclude-secrets '(simulator|example|invented)' "${files[@]}"

if [[ ${#failed[@]} -gt 0 ]]; then
    echo "${#failed[@]} of $ran linters failed: ${failed[*]}"
    exit 1
fi
echo "all $ran linters passed"
