"""Runs a command and writes what it took, children included, as JSON. usage: python measure.py RESULT COMMAND...

Wall time is that of the whole process, CPU is user and system time, memory is the peak of the largest process.
"""
import json
import os
import sys
import time

result, *command = sys.argv[1:]
started = time.perf_counter()
pid = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - started
with open(result, "w") as file:
    # ru_maxrss is in kB on Linux and in bytes on macOS.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    json.dump({"wallSeconds": wall, "cpuSeconds": usage.ru_utime + usage.ru_stime, "peakMegabytes": peak / 1e6}, file)
sys.exit(os.waitstatus_to_exitcode(status))
