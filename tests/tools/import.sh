#!/usr/bin/env bash
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Builds the collection's tarball, checks its contents, and checks it with galaxy-importer, as Galaxy does.

set -euo pipefail
cd "$(dirname "$0")/../.."

rm -rf build
mkdir build
ansible-galaxy collection build --output-path build >/dev/null
shopt -s nullglob
tarballs=(build/*.tar.gz)
[[ ${#tarballs[@]} -eq 1 ]] || { echo "expected one tarball in build, found ${#tarballs[@]}" >&2; exit 1; }
tarball=${tarballs[0]#build/}

# The tarball must not contain files that git ignores, whatever else is in the checkout.
tar -tzf "build/$tarball" | grep -v '/$' | grep -vxE '(MANIFEST|FILES)\.json' | sort >build/contents
strangers=$(git ls-files --cached --others --exclude-standard | sort | comm -13 - build/contents)
if [[ -n $strangers ]]; then
    printf 'files in the tarball that git does not know (see build_ignore in galaxy.yml):\n%s\n' "$strangers" >&2
    exit 1
fi
for needed in README.md COPYING meta/runtime.yml meta/execution-environment.yml meta/ee-requirements.txt plugins/modules/ai_gateway.py \
    playbooks/ai_gateway_apply.yml playbooks/vars/ai_gateway.yml extensions/awx/bootstrap.yml docs/awx.md; do
    grep -qx "$needed" build/contents || { echo "$needed is missing from the tarball" >&2; exit 1; }
done
if grep -E '^(tests/|Makefile|pyproject|requirements-dev|\.(ci|git|github|ansible-lint|venv|cache))' build/contents >&2; then
    echo "this has no business in the tarball (see build_ignore in galaxy.yml)" >&2
    exit 1
fi
echo "$tarball: $(wc -l <build/contents) files"

cat >build/importer.cfg <<'EOF'
[galaxy-importer]
CHECK_REQUIRED_TAGS = True
CHECK_CHANGELOG = True
RUN_FLAKE8 = False
RUN_ANSIBLE_TEST = False
EOF
cd build
if ! GALAXY_IMPORTER_CONFIG=importer.cfg python -m galaxy_importer.main "$tarball" >importer.log 2>&1 ||
    [[ ! -s importer_result.json ]]; then
    cat importer.log
    echo "galaxy-importer refused $tarball" >&2
    exit 1
fi
if grep -E '^(WARNING|ERROR)' importer.log >&2; then
    echo "galaxy-importer has something to say about $tarball" >&2
    exit 1
fi
echo "galaxy-importer accepts $tarball without a warning"
