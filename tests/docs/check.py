#!/usr/bin/env python3
"""Checks the documents: see tests/docs/README.md.

usage: check.py text|commands TICKBOARD [DOCUMENT...]     documents as from the root, such as docs/api.md
"""
import os
import sys
import time

import commands
import text
import world as worlds

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def check_text(program):
    problems, counted = text.check(ROOT, program)
    print(counted)
    return problems


def check_commands(program, documents):
    problems, count, left = [], 0, []
    world = worlds.World(program)
    try:
        for document in documents or text.guides(ROOT):
            began = time.monotonic()
            found, ran, not_run = commands.check_document(world, ROOT, document)
            problems += found
            count += ran
            left += [f"{document}:{line}: {note}" for line, note in not_run]
            print(f"{document}: {ran} run, {len(not_run)} not, {time.monotonic() - began:.1f} s", flush=True)
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
