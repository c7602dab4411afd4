#!/bin/sh
# Python scripts compile and import from the standard library, from each other,
# and from the one module that quickstart installs for the tests.
set -u
command -v python3 >/dev/null || { echo "python3 is not installed: skipped"; exit 77; }
cd "$TW_SRCDIR" || exit 1
find data-samples tests -name '*.py' | sort | python3 -c '
import ast, os, sys
files = sys.stdin.read().split()
own = {os.path.basename(f)[:-3] for f in files} | {"cryptography"}
bad = len(files) < 5
for f in files:
    with open(f, encoding="utf-8") as s:
        tree = ast.parse(s.read(), f)
    for x in ast.walk(tree):
        names = [n.name for n in x.names] if isinstance(x, ast.Import) else \
            [x.module] if isinstance(x, ast.ImportFrom) and not x.level else []
        for n in names:
            n = n.split(".")[0]
            if n not in sys.stdlib_module_names and n not in own:
                print(f"FAIL {f}:{x.lineno}: {n} is not of the standard library")
                bad = True
sys.exit(bad)'
