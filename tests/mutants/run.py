#!/usr/bin/env python3
"""Mutants of the judge: each check of libanalysis/chain switched off in turn, and the suite must fail.

usage: run.py [-n] [TEXT...]     -n: only list. TEXT: only mutants whose description contains it.

A mutant is one edit of one source file: a rule's bit(CONDITION, ...) or an if (CONDITION) that never holds, or a
function of type bool that always says yes, or no. The tree is copied, built once, and each mutant built and tried in
it: the enumerator (check_brute), PKITS, the cases, revocation, stapled responses, generated chains, hostile pools, until one fails. What survives is printed
and fails the run, unless tests/mutants/equal names it with the reason why it changes no answer."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SRC = os.environ.get("TW_SRCDIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FILES = ["rules", "extend", "leaf", "candidates", "constraints", "subtree", "policy", "profile", "nopath", "trust", "algorithm",
         "scope", "signer", "revocation", "crls", "times", "staple"]
SUITE = [(["tests/check_brute"], {"TW_GRAPHS": "2000"}), (["tests/check_pkits"], {}), (["check_cases"], {}), (["check_revocation"], {}), (["check_staple"], {}),
         (["check_corpus"], {"TW_CHAINS": "80"}), (["check_hostile"], {})]


def closing(text, at):
    """The place of the parenthesis that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if not depth:
            return i
    raise ValueError("unbalanced")


def mutants(text):
    """(line, description, text) of each."""
    def line(at):
        return text.count("\n", 0, at) + 1

    def words(a, b):
        return " ".join(text[a:b].split())
    for m in re.finditer(r"\bbit\(|\bif \(", text):
        start = m.end() - 1
        if text[m.start() - 9:m.start()].endswith("uint32_t "):  # bit's own definition
            continue
        end = closing(text, start)
        if m.group().startswith("bit"):  # up to the last comma outside parentheses
            end = max(i for i in range(start, end) if text[i] == "," and closing_depth(text, start, i) == 1)
        yield line(start), f"never: {words(m.start(), end)}", text[:start + 1] + "0 && (" + text[start + 1:end] + ")" + text[end:]
    for m in re.finditer(r"^(?:static )?bool (\w+)\([^;{]*?\)\n\{\n(.*?)^\}", text, re.S | re.M):
        for answer in ("true", "false"):
            body = re.sub(r"return [^;]+;", f"return {answer};", m.group(2))
            if body != m.group(2):
                yield line(m.start()), f"{m.group(1)}: {answer}", text[:m.start(2)] + body + text[m.end(2):]


def closing_depth(text, start, at):
    return text.count("(", start, at) - text.count(")", start, at)


def run(cmd, cwd, env, timeout=120):
    try:
        return subprocess.run(cmd, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=timeout).returncode
    except subprocess.TimeoutExpired:
        return -1


def killer(build, env):
    """The test that fails, or None."""
    for (name,), more in SUITE:
        cmd = [name] if "/" in name else ["sh", os.path.join(SRC, "tests/chain", name + ".sh")]
        if run(cmd, build, dict(env, **more)) not in (0, 77):
            return name
    return None


def equal():
    path = os.path.join(SRC, "tests/mutants/equal")
    lines = (x.split(" # ")[0].strip() for x in open(path)) if os.path.exists(path) else ()
    return {x for x in lines if x}


def main():
    only_list = "-n" in sys.argv
    wanted = [a for a in sys.argv[1:] if a != "-n"]
    same, survivors, n = equal(), [], 0
    with tempfile.TemporaryDirectory() as tmp:
        tree = os.path.join(tmp, "tree")
        if not only_list:
            shutil.copytree(SRC, tree, symlinks=True, ignore=shutil.ignore_patterns(".git", "build*", "autom4te.cache"))
            shared = os.path.join(os.path.dirname(os.path.abspath(SRC)), "shared")
            if os.path.exists(shared):
                os.symlink(os.path.realpath(shared), os.path.join(tmp, "shared"))
            build = os.path.join(tree, "build")
            os.mkdir(build)
            targets = ["tests/check_brute", "tests/check_pkits", "tw-verify", "tw-chain"]
            # check_brute names what it replaces of signature.c; nothing here does
            env = dict(os.environ, TW_SRCDIR=tree, TW_BUILDDIR=build)
            shutil.copytree(os.path.join(SRC, "build-aux"), os.path.join(tree, "build-aux"), dirs_exist_ok=True)
            if run(["sh", "-c", "../configure --quiet CFLAGS='-O1 -w' && make -s -j2 " + " ".join(targets)], build, env, 900):
                sys.exit("the tree does not build")
            dead = killer(build, env)
            if dead:
                sys.exit(f"{dead} fails without any mutant")
        for name in FILES:
            path = f"libanalysis/chain/{name}.c"
            if not os.path.exists(os.path.join(SRC, path)):
                continue
            text = open(os.path.join(SRC, path)).read()
            for line, what, changed in mutants(text):
                title = f"{name}.c {what}"
                if title in same or (wanted and not any(w in title for w in wanted)):
                    continue
                n += 1
                if only_list:
                    print(f"{path}:{line}: {title}")
                    continue
                with open(os.path.join(tree, path), "w") as f:
                    f.write(changed)
                if run(["make", "-s", *targets], build, env, 300):
                    by = "the compiler"
                else:
                    by = killer(build, env)
                print(f"{path}:{line}: {what}: {by or 'SURVIVED'}", flush=True)
                if not by:
                    survivors.append(title)
            if not only_list:
                shutil.copy(os.path.join(SRC, path), os.path.join(tree, path))
    print(f"{n} mutants, {len(survivors)} survived")
    for s in survivors:
        print(s)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
