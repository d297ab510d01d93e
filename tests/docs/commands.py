"""Runs the commands of documents, and compares what they print."""
import os
import queue
import re
import signal
import subprocess
import threading

import shape
import text
import world as worlds

FENCE_PATIENCE = 60  # seconds


class Session:
    """A bash that reads one script after the other, in a process group of its own."""

    def __init__(self, clone):
        self.clone = clone
        environment = dict(os.environ, PATH=f"{clone.directory}/bin:{os.environ['PATH']}", LC_ALL="C.UTF-8", HOME=clone.directory,
                           TICKBOARD_URL=clone.real("http://127.0.0.1:8080"))
        for name in ("COLUMNS", "TICKBOARD_API_KEY"):
            environment.pop(name, None)
        self.bash = subprocess.Popen(["bash"], cwd=clone.directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                     text=True, start_new_session=True, env=environment)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.count = 0

    def read(self):
        for line in self.bash.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def run(self, script):
        """(exit status, what it printed, errors included); None as status if it does not end."""
        self.count += 1
        name = os.path.join(self.clone.directory, f".fence{self.count}")
        with open(name, "w", encoding="utf-8") as file:
            file.write(script + "\n")
        # `-e` for the script alone: the next one is to run in the same bash, with its jobs and variables.
        self.bash.stdin.write(f"{{ __failed=0; trap '__failed=$?' ERR; . {name}; __last=$?; trap - ERR; "
                              f"[ $__failed != 0 ] || __failed=$__last; }} </dev/null >{name}.out 2>&1; echo \"ended $__failed\"\n")
        self.bash.stdin.flush()
        try:
            line = self.lines.get(timeout=FENCE_PATIENCE)
        except queue.Empty:
            line = None
        with open(f"{name}.out", encoding="utf-8", errors="replace") as file:
            printed = self.clone.told(file.read())
        ended = re.fullmatch(r"ended (\d+)\n", line or "")
        return (int(ended.group(1)) if ended else None), printed

    def close(self):
        try:
            os.killpg(self.bash.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        self.bash.stdin.close()
        self.bash.wait(worlds.PATIENCE)
        self.reader.join(worlds.PATIENCE)
        self.bash.stdout.close()


def console_steps(shown):
    """(command, output) for each."""
    steps = []
    lines = shown.split("\n")
    i = 0
    while i < len(lines):
        command = lines[i].removeprefix("$ ")
        while command.endswith("\\") and i + 1 < len(lines):
            i += 1
            command += "\n" + lines[i].removeprefix("> ")
        i += 1
        output = []
        while i < len(lines) and not lines[i].startswith("$ "):
            output.append(lines[i])
            i += 1
        steps.append((command, "\n".join(output)))
    return steps


def step_problem(session, fence, command, shown):
    """(problem, whether one can go on)"""
    status, printed = session.run(session.clone.real(command))
    if status is None:
        return f"did not end within {FENCE_PATIENCE} s, or ended its shell: {command}\n{printed[-2000:]}", False
    if (status != 0) != (fence.note == "fails"):
        return f"ended with status {status}: {command}\n{printed[-2000:]}", True
    if shown is None:
        return None, True
    problem = shape.problem(shown, printed)
    return (f"{command}\n  {problem}" if problem else None), True


def check_document(world, root, document):
    """(problems, commands run, what was not run)"""
    problems, count, left = [], 0, []
    fences = [one for one in text.read(root, document).fences if one.kind in text.RUN]
    if not any(not one.note.startswith("not run") for one in fences):
        return problems, count, [(one.line, one.note) for one in fences]
    clone = worlds.Clone(world, root, document)
    session = Session(clone)
    try:
        for fence in fences:
            if fence.note.startswith("not run"):
                left.append((fence.line, fence.note))
                continue
            steps = console_steps(fence.text) if fence.kind == "console" else [(fence.text, None)]
            for command, shown in steps:
                count += 1
                problem, goes_on = step_problem(session, fence, command, shown)
                if problem:
                    problems.append(f"{document}:{fence.line}: {problem}")
                if not goes_on:
                    return problems, count, left
    finally:
        session.close()
        clone.close()
    return problems, count, left
