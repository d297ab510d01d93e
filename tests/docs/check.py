#!/usr/bin/env python3
"""Checks the documents: see tests/docs/README.md.

usage: check.py text|commands TICKBOARD [DOCUMENT...]     documents as from the root, such as docs/api.md
"""
import concurrent.futures
import os
import subprocess
import sys
import time

import commands
import text
import world as worlds

AT_ONCE = 3  # documents: they wait most of the time
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


# Files of the repository that are what the program prints.
PRINTED = {"docs/configuration.md": ["check", "--reference", "--markdown"], "config/reference.toml": ["check", "--reference"]}


def check_text(program):
    problems, counted = text.check(ROOT, program)
    print(counted)
    for name, arguments in PRINTED.items():
        printed = subprocess.run([program, *arguments], capture_output=True, check=True).stdout
        with open(os.path.join(ROOT, name), "rb") as file:
            if file.read() != printed:
                problems.append(f"{name} is not what this prints: tickboard {' '.join(arguments)} > {name}")
    return problems


def timed(world, document):
    began = time.monotonic()
    return document, commands.check_document(world, ROOT, document), time.monotonic() - began


def check_commands(program, documents):
    problems, count, left = [], 0, []
    world = worlds.World(program)
    try:
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for document, (found, ran, not_run), seconds in pool.map(lambda one: timed(world, one), documents or text.guides(ROOT)):
                problems += found
                count += ran
                left += [f"{document}:{line}: {note}" for line, note in not_run]
                print(f"{document}: {ran} run, {len(not_run)} not, {seconds:.1f} s", flush=True)
    finally:
        world.close()
    print("\n".join(left))
    if count == 0:
        problems.append("no command was run")
    return problems


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("text", "commands"):
        sys.exit(__doc__)
    what, program, *documents = arguments
    problems = check_text(program) if what == "text" else check_commands(program, documents)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
