#!/usr/bin/env python3
"""Each example of docs/verdicts.md does what the page says: lines that begin with "$ " are run, in one shell a page and in
a copy of tests/chain/certs, and what follows them is their output. Each reason of the page's table has an example."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SRC, BUILD = os.environ["TW_SRCDIR"], os.environ["TW_BUILDDIR"]
PAGE = open(os.path.join(SRC, "docs/verdicts.md")).read()
WITHOUT = {"limit"}  # tests/chain/check_hostile.py reaches it


def main():
    failed, seen, n = 0, set(), 0
    with tempfile.TemporaryDirectory() as tmp:
        certs = shutil.copytree(os.path.join(SRC, "tests/chain/certs"), os.path.join(tmp, "certs"))
        env = dict(os.environ, PATH=os.path.abspath(BUILD) + ":" + os.environ["PATH"])
        for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.S | re.M):
            for example in re.split(r"^\$ ", block, flags=re.M)[1:]:
                command, _, want = example.partition("\n")
                command = command.replace("/tmp/", tmp + "/")
                p = subprocess.run(["sh", "-c", command], cwd=certs, env=env, stdout=subprocess.PIPE)
                got = p.stdout.decode()
                n += 1
                seen.update(re.findall(r"[a-z_]+", want))
                if got != want:
                    failed += 1
                    print(f"FAIL $ {command}\nwanted: {want!r}\ngot:    {got!r}")
                    if os.environ.get("TW_STOP"):
                        return 1
    table = PAGE.split("## 2. ")[1].split("| reason | ")[1].split("\n\n")[0]
    reasons = {line.split("|")[1].strip() for line in table.splitlines()[2:]}
    for r in sorted(reasons - seen - WITHOUT):
        failed += 1
        print(f"FAIL no example of {r}")
    print(f"{n} examples, {len(reasons)} reasons, {failed} failures")
    return 1 if failed or n < 20 or len(reasons) < 15 else 0


if __name__ == "__main__":
    sys.exit(main())
