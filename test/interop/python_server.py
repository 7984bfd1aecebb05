"""Runs scripts in processes of their own that need not import dlt again, which takes longer than most scripts: dlt is imported here, each script is a fork.

A request is a line of JSON on stdin, its answer one on stdout (see python-server.ts). When stdin ends, so does everything that still runs.
Nothing is imported that starts a thread (duckdb and pyarrow do): a fork has none but the one that made it.
"""

import json
import os
import select
import signal
import sys
import time
import types

import dlt  # noqa: F401
from dlt.load.load import Load

# dlt looks once a second whether a job has ended that does not tell it, such as the copying of a file: that was most of the time of these tests.
Load._run_loop_sleep_duration = property(lambda self: 0.001, lambda self, seconds: None)

def next_script() -> dict:
    """Serves. It returns in the forks alone, each with the request that it is for."""
    tasks = os.listdir("/proc/self/task") if os.path.exists("/proc/self/task") else ["main"]
    if len(tasks) > 1:
        sys.exit("`import dlt` has started threads, so this process cannot be forked. Run each script on its own again.")
    running: dict[int, int] = {}
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    begun = b""
    while True:
        readable, _, _ = select.select([0, woken], [], [])
        if woken in readable:
            os.read(woken, 1024)
            tell_ended(running)
        if 0 in readable:
            chunk = os.read(0, 1 << 16)
            if not chunk:
                end_all(running)
            *lines, begun = (begun + chunk).split(b"\n")
            for line in lines:
                request = json.loads(line)
                pid = os.fork()
                if pid == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    os.close(woken)
                    os.close(waker)
                    return request
                running[pid] = request["id"]


def tell_ended(running: dict[int, int]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        answer = {"id": running.pop(pid), "code": os.waitstatus_to_exitcode(status)}
        os.write(1, json.dumps(answer).encode() + b"\n")


def end_all(running: dict[int, int]) -> None:
    for pid in running:
        os.kill(pid, signal.SIGKILL)
    os._exit(0)


def become(request: dict) -> None:
    """What a new process would start with."""
    files = [("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY | os.O_CREAT), ("stderr", os.O_WRONLY | os.O_CREAT)]
    for number, (name, flags) in enumerate(files):
        file = os.open(os.path.join(request["files"], name), flags)
        os.dup2(file, number)
        os.close(file)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    sys.argv = [request["script"]]
    sys.path[0] = os.path.dirname(request["script"])


request = next_script()
become(request)
main = sys.modules["__main__"] = types.ModuleType("__main__")
main.__file__ = request["script"]
with open(request["script"], encoding="utf-8") as text:
    program = compile(text.read(), request["script"], "exec")
# Python ends it as it ends any script: by its exit code, with what is to be done at exit, and a traceback after an error.
exec(program, main.__dict__)
