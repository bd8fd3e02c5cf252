#!/usr/bin/env bash
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Builds the documentation site in .cache/docs/html. Nothing is downloaded. Any warning is an error.

set -euo pipefail
cd "$(dirname "$0")/../.."
source=.cache/docs/source
site=$PWD/.cache/docs/html
rm -rf .cache/docs
mkdir -p "$source/reference"

# A copy of all files that git does not ignore, so that links between pages and files are those of the checkout.
git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done |
    tar --create --null --files-from=- --file=- | tar -xf - -C "$source"

antsibull-docs --config-file docs/site/antsibull.cfg collection --use-current --squash-hierarchy --fail-on-error --no-add-antsibull-docs-version \
    --dest-dir "$source/reference" edgeops.cloudflare
# An index that only repeats the contents, and an empty page of the environment variables that belong to no module.
rm "$source/reference/index.rst" "$source/reference/environment_variables.rst"
cd "$source"
sphinx-build --quiet --fail-on-warning --builder html -c docs/site -d ../doctrees . "$site"
cp "$site/README.html" "$site/index.html"
echo "$(find "$site" -name '*.html' | wc -l) pages: $site/index.html"
