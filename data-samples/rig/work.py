"""The rig's own folder, the programs it starts, and waits that end."""
import os
import shutil
import subprocess
import tempfile
import time

DIR = os.environ.get("RIG_DIR") or tempfile.mkdtemp(prefix="rig.")  # the inner rig gets the outer one's
os.chmod(DIR, 0o755)
started = []  # (name, process)
at_end = []   # commands


def path(*parts):
    return os.path.join(DIR, *parts)


def write(name, text):
    with open(path(name), "w") as f:
        f.write(text)
    return path(name)


def read(name):
    try:
        with open(path(name), errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def sh(*args, **kw):
    done = subprocess.run(args, capture_output=True, text=True, cwd=DIR, timeout=120, **kw)
    if done.returncode:
        raise RuntimeError("%s: %s" % (" ".join(args), done.stderr.strip()))
    return done.stdout


def start(name, *args, env=None):
    """A server in the foreground; its words go to NAME.log."""
    with open(path(name + ".log"), "w") as log:
        p = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=DIR, env=dict(os.environ, **env or {}))
    started.append((name, p))
    return p


def listening():
    """(ip, port) of every TCP socket that listens, without connecting to any."""
    found = set()
    with open("/proc/net/tcp") as f:
        for line in list(f)[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == "0A":
                ip, port = local.split(":")
                found.add((".".join(str(b) for b in reversed(bytes.fromhex(ip))), int(port, 16)))
    return found


def await_listening(wanted, seconds):
    """Those of wanted that do not listen after at most so many seconds."""
    end = time.monotonic() + seconds
    while True:
        missing = set(wanted) - listening()
        if not missing or time.monotonic() > end:
            return missing
        time.sleep(0.2)


def stop():
    for command in at_end:
        subprocess.run(command, capture_output=True, timeout=30)
    for _, p in started:
        p.terminate()
    for _, p in started:
        try:
            p.wait(5)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()


def remove():
    if os.environ.get("RIG_KEEP"):
        print("kept:", DIR)
    else:
        shutil.rmtree(DIR, ignore_errors=True)
