#!/usr/bin/env bash
# The programs that the tests drive: a PostgreSQL server, Chromium, Chinese fonts. Installed when root, named otherwise.
set -euo pipefail

missing=()
ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 || command -v pg_ctl >/dev/null || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium)
ls /usr/share/fonts/opentype/noto/NotoSansCJK-* >/dev/null 2>&1 || missing+=(fonts-noto-cjk)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "The tests also need: ${missing[*]}. Install them: sudo apt-get install --no-install-recommends ${missing[*]}"
    [ -z "${CI:-}" ] || exit 1
    echo "Without them the tests that need them are skipped."
    exit 0
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
