#!/usr/bin/env bash
# Makes a Python environment with the vendor's client of Splunk, for the tests that judge `huntbook lab splunk` by it.
# Prints the path of its python. Nothing is done when it is there already.
set -euo pipefail
cd "$(dirname "$0")/.."
folder="${HUNTBOOK_SPLUNK_SDK:-$PWD/.cache/splunk-sdk}"
version=2.1.1
if ! "$folder/bin/python" -c "import importlib.metadata as m; assert m.version('splunk-sdk') == '$version'" 2>/dev/null; then
  python3 -m venv --clear "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "splunk-sdk==$version"
fi
echo "$folder/bin/python"
