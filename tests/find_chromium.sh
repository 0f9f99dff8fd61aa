#!/bin/sh
# The browser tests use an installed Chromium, else install one, else say that they are skipped.
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
echo "No Chromium found: trying to install one for the browser tests."
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && apt-get install -y -qq chromium >/dev/null && exit 0
fi
if .venv/bin/python -m playwright install chromium; then
    exit 0
fi
echo "THE BROWSER TESTS WILL BE SKIPPED: no Chromium here and none could be installed."
exit 0
