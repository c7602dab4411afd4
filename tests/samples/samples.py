"""What the tests of data-samples share."""
import csv
import os
import subprocess
import tempfile

SAMPLES = os.path.join(os.environ["TW_SRCDIR"], "data-samples")
ROOTS = os.path.join(SAMPLES, "roots.pem")
failures = 0


def fail(*words):
    global failures
    failures += 1
    print("FAIL", *words)


def rows(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def truth():
    return rows(os.path.join(SAMPLES, "TRUTH.csv"))


def tool(name):
    return os.path.join(os.environ["TW_BUILDDIR"], name)


def study(folder, *options, dump="scan.jsonl.gz"):
    subprocess.run([tool("tw-study"), "-q", *options, folder, os.path.join(SAMPLES, dump)], check=True, stderr=subprocess.DEVNULL)


def of_the_scan(folder):
    """The rows of data-samples/scan.jsonl.gz, judged by the rig's root."""
    study(folder, "--store", "roots=" + ROOTS)
    return rows(os.path.join(folder, "classified.csv"))


def main(run):
    with tempfile.TemporaryDirectory() as d:
        run(d)
    raise SystemExit(failures != 0)
