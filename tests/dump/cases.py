#!/usr/bin/env python3
"""Lines of a format against the rows that must come of them.

usage: cases.py TW-INGEST CASES FORMATS.MD
A case: "case NAME", optionally "options ...", one "line JSON", then what must
come of it: a "row column=value ..." for each observation in its order, or
"context", or "reject WORDS". Columns that a row does not name must be empty,
but for those of SEEN. "let @name TEXT" names a piece of JSON, "let +name ..."
columns. Every case is run alone and all of them in one dump.
"""
import csv, io, re, shlex, subprocess, sys, tempfile, os

SEEN = {"time", "source", "input", "record", "probe", "ip", "name", "port", "protocol"}


def read(path):
    lets, cases = {}, []
    for number, text in enumerate(open(path), 1):
        text = text.rstrip("\n")
        if not text or text.startswith("#"):
            continue
        word, _, rest = text.partition(" ")
        rest = re.sub(r"[@+][a-z0-9-]+", lambda m: lets.get(m.group(), m.group()), rest) if word != "case" and word != "let" else rest
        if word == "let":
            name, _, value = rest.partition(" ")
            lets[name] = re.sub(r"[@+][a-z0-9-]+", lambda m: lets.get(m.group(), m.group()), value)
        elif word == "case":
            cases.append({"name": rest, "at": number, "options": [], "line": None, "rows": [], "fate": "used", "why": ""})
        elif word == "options":
            cases[-1]["options"] = shlex.split(rest)
        elif word == "line":
            cases[-1]["line"] = rest
        elif word == "row":
            cases[-1]["rows"].append(dict(w.split("=", 1) for w in shlex.split(rest)))
        elif word in ("context", "reject"):
            cases[-1]["fate"], cases[-1]["why"] = word, rest
        else:
            sys.exit(f"{path}:{number}: {word}?")
    return cases


def run(tool, lines, options):
    with tempfile.TemporaryDirectory() as d:
        dump = os.path.join(d, "dump")
        with open(dump, "wb") as f:
            f.write("".join(x + "\n" for x in lines).encode())
        p = subprocess.run([tool, "-f", "zgrab2", "--rejects", d + "/rejects", *options, dump],
                           capture_output=True, text=True)
        rejects = list(csv.DictReader(open(d + "/rejects")))
        counts = p.stderr.strip().splitlines()[-1].split()
        return list(csv.DictReader(io.StringIO(p.stdout))), rejects, dict(zip(counts[0::2], map(int, counts[1::2])))


def check(case, rows, rejects, counts):
    bad = []
    fate = "used" if counts["used"] else "context" if counts["context"] else "reject"
    if fate != case["fate"]:
        bad.append(f"{fate}, expected {case['fate']}")
    if case["fate"] == "reject" and not (rejects and case["why"] in rejects[0]["reason"]):
        bad.append(f"reason {rejects}, expected {case['why']}")
    if len(rows) != len(case["rows"]):
        bad.append(f"{len(rows)} rows, expected {len(case['rows'])}")
    for got, want in zip(rows, case["rows"]):
        for column in want:
            if column not in got:
                bad.append(f"no column {column}")
        for column, value in got.items():
            expected = want.get(column)
            if expected is None and column not in SEEN:
                expected = ""
            if expected is not None and value != expected:
                bad.append(f"{column}: expected '{expected}', got '{value}'")
    return bad


def check_table(page, cases):
    """Each row of the table of outcomes names cases, and they have its outcome."""
    table = re.search(r"\| seen \| status \| outcome \|.*?\n\n", open(page).read(), re.S).group().splitlines()[2:]
    bad = 0
    for line in filter(None, table):
        _, seen, _, outcome, names, _ = (x.strip() for x in re.split(r"(?<!\\)\|", line))
        for name in names.split("; "):
            found = [c for c in cases if c["name"].startswith(name)]
            got = {r["outcome"] for c in found[:1] for r in c["rows"]}
            if not got or not all(x in re.split(r"[ ,]+", outcome) for x in got):
                bad += 1
                print(f"FAIL {page}: {seen}: case '{name}' has {got or 'no row'}, the page says {outcome}")
    if len(table) < 15:
        bad += 1
        print(f"FAIL {page}: the table of outcomes has {len(table)} rows")
    return bad


def main():
    tool, path, page = sys.argv[1:]
    cases, failed, alone = read(path), 0, []
    for case in cases:
        rows, rejects, counts = run(tool, [case["line"]], case["options"])
        bad = check(case, rows, rejects, counts)
        alone.append([{k: v for k, v in r.items() if k not in ("input", "record")} for r in rows])
        for words in bad:
            failed += 1
            print(f"FAIL {path}:{case['at']}: {case['name']}: {words}")
    # No line leaves anything behind for the next.
    plain = [(c, a) for c, a in zip(cases, alone) if not c["options"]]
    rows, _, counts = run(tool, [c["line"] for c, _ in plain], [])
    for n, (case, want) in enumerate(plain, 1):
        got = [{k: v for k, v in r.items() if k not in ("input", "record")} for r in rows if int(r["record"]) == n]
        if got != want:
            failed += 1
            print(f"FAIL {path}:{case['at']}: {case['name']}: differs after the lines before it")
    if counts["records"] != counts["used"] + counts["context"] + counts["rejected"]:
        failed += 1
        print("FAIL the counts do not add up", counts)
    failed += check_table(page, cases)
    print(f"{len(cases)} cases, {failed} failures")
    return failed > 0


sys.exit(main())
