# Copyright (c) 2026 The dpdkvkernel Authors.
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at:
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Runs programs: each is limited in time, and ends when the benchmark does.

Nothing is ever ended by its name, only what was started here, by its PID.
Each has a session of its own, so that a signal for all of the benchmark's
group gets to the benchmark alone, which then cleans up in order.
"""

import ctypes
import os
import select
import signal
import subprocess
import tempfile
import time

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class ProgramError(Exception):
    """A program that failed, or was too slow."""


def _prepare(cpus=None, nice=0, realtime=False):
    """Returns what a new process does before it becomes the program."""
    def prepare():
        # Even if the benchmark itself is killed.
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if cpus:
            os.sched_setaffinity(0, cpus)
        if realtime:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        if nice:
            os.nice(nice)
            # The kernel may share the CPUs among sessions first.
            if os.path.exists('/proc/self/autogroup'):
                with open('/proc/self/autogroup', 'w') as f:
                    f.write(str(nice))
    return prepare


def _in_netns(argv, netns):
    return ['ip', 'netns', 'exec', netns] + argv if netns else argv


def run(argv, netns=None, timeout=60, stdin=None, check=True):
    """Runs a program to its end and returns what it wrote."""
    argv = _in_netns(argv, netns)
    try:
        done = subprocess.run(
            argv, input=stdin, timeout=timeout, text=True,
            stdin=subprocess.DEVNULL if stdin is None else None,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True, preexec_fn=_prepare())
    except subprocess.TimeoutExpired:
        raise ProgramError('%s: took longer than %d s'
                           % (' '.join(argv), timeout))
    if check and done.returncode:
        raise ProgramError('%s: %s' % (' '.join(argv), done.stderr.strip()
                                       or 'status %d' % done.returncode))
    return done.stdout


class Program:
    """A program in the background.  Leaving its "with" block ends it."""

    def __init__(self, argv, netns=None, cpus=None, nice=0, realtime=False,
                 stdin=None):
        self.name = ' '.join(argv)
        self.errors = tempfile.TemporaryFile()
        self.unread = b''
        self.process = subprocess.Popen(
            _in_netns(argv, netns), stdin=stdin or subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=self.errors,
            start_new_session=True, preexec_fn=_prepare(cpus, nice, realtime))
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def is_running(self):
        return self.process.poll() is None

    def problem(self, what):
        self.errors.seek(0)
        text = (self.unread[-1000:] + self.errors.read()[-1000:]).decode(
            errors='replace').strip()
        return ProgramError('%s: %s%s' % (self.name, what,
                                          ': ' + text if text else ''))

    def _read_more(self, deadline, what):
        fd = self.process.stdout.fileno()
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            raise self.problem('no %s in time' % what)
        data = os.read(fd, 65536)
        self.unread += data
        return bool(data)

    def read_line(self, timeout):
        """Returns the next line that the program writes."""
        deadline = time.monotonic() + timeout
        while b'\n' not in self.unread:
            if not self._read_more(deadline, 'line'):
                raise self.problem('ended early')
        line, self.unread = self.unread.split(b'\n', 1)
        return line.decode()

    def finish(self, timeout):
        """Waits for the end and returns the rest of what was written."""
        deadline = time.monotonic() + timeout
        while self._read_more(deadline, 'end'):
            pass
        try:
            self.process.wait(max(deadline - time.monotonic(), 1))
        except subprocess.TimeoutExpired:
            raise self.problem('did not end in time')
        if self.process.returncode:
            raise self.problem('status %d' % self.process.returncode)
        return self.unread.decode()

    def stop(self, timeout=10):
        """Ends the program if it still runs."""
        if self.is_running():
            self.process.terminate()
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout)
        self.process.stdout.close()
        self.errors.close()


def wait_until(condition, what, timeout=30, pause=0.05):
    """Waits until condition() is true and returns what it gave."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise ProgramError('%s: not within %d s' % (what, timeout))
        time.sleep(pause)
