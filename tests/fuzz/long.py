#!/usr/bin/env python3
"""Runs fuzz targets for a long time and prints what each of them has seen.

usage: long.py BUILDDIR SRCDIR TARGET...
BUILDDIR is what tests/fuzz/run has built; inputs that were found before are in
BUILDDIR/corpus and are gone on from. TW_FUZZ_SECONDS (1200) for each target,
TW_FUZZ_JOBS (1) targets at a time. An edge is one of the compiler's, counted
by libFuzzer (cov); the last new edge is so many seconds after the start, 0 where
the corpus held them all; cpu is what the target got of the seconds. Exit 1 where
a target has a finding: its input and log stay in BUILDDIR.
"""
import os
import re
import subprocess
import sys
import threading
import time

HEAD = ('target', 'executions', 'edges', 'features', 'inputs', 'seconds', 'cpu', 'last_new_edge', 'findings')
LINE = re.compile(r'#(\d+)\s+(\w+)\s+cov: (\d+) ft: (\d+) corp: (\d+)/')
UNITS = re.compile(r'stat::number_of_executed_units: (\d+)')
FINDING = re.compile(r'Test unit written to (\S+)')


def command(build, source, target, seconds):
    name = target.removeprefix('fuzz_')
    own = os.path.join(build, 'corpus', target)
    os.makedirs(own, exist_ok=True)
    args = [os.path.join(build, 'tests/fuzz', target), f'-max_total_time={seconds}', '-timeout=10', '-rss_limit_mb=2048',
            '-print_pcs=0', '-print_final_stats=1', f'-artifact_prefix={build}/{target}-']
    dictionary = f'{source}/tests/fuzz/{name}.dict'
    if os.path.exists(dictionary):
        args.append(f'-dict={dictionary}')
    return args + [own, f'{source}/tests/fuzz/corpus/{name}']


def run(build, source, target, seconds):
    """One row of the table."""
    begin = time.monotonic()
    seen = {'edges': 0, 'features': 0, 'inputs': 0, 'executions': 0}
    last, started, findings = 0, False, 0
    with open(os.path.join(build, target + '.log'), 'w', encoding='utf-8') as log, \
            subprocess.Popen(command(build, source, target, seconds), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             text=True, errors='replace') as child:
        for line in child.stderr:
            now = time.monotonic() - begin
            log.write(f'{now:8.1f} {line}')
            log.flush()
            if m := LINE.match(line):
                if started and int(m[3]) > seen['edges']:
                    last = round(now)
                started = started or m[2] == 'INITED'
                seen = {'executions': int(m[1]), 'edges': int(m[3]), 'features': int(m[4]), 'inputs': int(m[5])}
            elif m := UNITS.match(line):
                seen['executions'] = int(m[1])
            findings += bool(FINDING.search(line))
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode and not findings:
        findings = 1  # it did not start, or was stopped
    return (target, seen['executions'], seen['edges'], seen['features'], seen['inputs'],
            round(time.monotonic() - begin), round(usage.ru_utime + usage.ru_stime), last, findings)


def main():
    build, source, targets = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3:]
    seconds, jobs = int(os.environ.get('TW_FUZZ_SECONDS', '1200')), int(os.environ.get('TW_FUZZ_JOBS', '1'))
    waiting, rows, lock = list(targets), [], threading.Lock()

    def work():
        while True:
            with lock:
                if not waiting:
                    return
                target = waiting.pop(0)
            row = run(build, source, target, seconds)
            with lock:
                rows.append(row)
                print(('{:18}' + ' {:>13}' * 8).format(*row), flush=True)

    print(('{:18}' + ' {:>13}' * 8).format(*HEAD), flush=True)
    workers = [threading.Thread(target=work) for _ in range(jobs)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    bad = [r[0] for r in rows if r[-1]]
    if bad:
        print(f'findings, see {build}: ' + ' '.join(bad))
    return 1 if bad or len(rows) != len(targets) else 0


if __name__ == '__main__':
    sys.exit(main())
