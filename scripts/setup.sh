#!/bin/sh
# Finds a Python that really runs (a version manager's shim may only print an error) and hands over
# to setup.py. Never downloads an interpreter. PYTHON=/path/to/python3.12 is tried first.
set -u
cd "$(dirname "$0")/.." || exit 1

usable='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'
has_version='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'

# An environment that was moved here from elsewhere still points to its old place.
if [ "$(cat .venv/webpilot-home 2>/dev/null)" = "$(pwd -P)/.venv" ] &&
  .venv/bin/python -c "$has_version" >/dev/null 2>&1; then
  exec .venv/bin/python -I scripts/setup.py
fi

no_ensurepip=''
for python in ${PYTHON:+"$PYTHON"} python3.12 python3.11 python3 python \
  /usr/bin/python3.12 /usr/bin/python3.11 /usr/bin/python3 \
  "$HOME"/.pyenv/versions/3.12*/bin/python "$HOME"/.pyenv/versions/3.11*/bin/python \
  "$HOME"/.local/share/uv/python/cpython-3.1[12]*/bin/python3; do
  if "$python" -c "$usable" >/dev/null 2>&1; then
    exec "$python" -I scripts/setup.py
  fi
  if "$python" -c "$has_version" >/dev/null 2>&1; then
    no_ensurepip=$python
  fi
done

if [ -n "$no_ensurepip" ]; then
  echo "setup: $no_ensurepip cannot make virtual environments. On Debian or Ubuntu:" \
    "apt-get install python3-venv" >&2
else
  echo "setup: no Python 3.11 or 3.12 runs here. Install one (Debian 12: apt-get install" \
    "python3 python3-venv) or name it: make setup PYTHON=/path/to/python3.12" >&2
fi
exit 1
