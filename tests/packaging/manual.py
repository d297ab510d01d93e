"""usage: manual.py PROGRAM MANUAL
The manual has every command and option that --help tells, and no other; mandoc finds nothing to say about
it; its version is the program's."""
import re
import subprocess
import sys

from command_line import commands, told

program, manual = sys.argv[1:]
lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", manual], capture_output=True, text=True)
assert not lint.stdout, lint.stdout

page = subprocess.run(["mandoc", "-T", "ascii", "-O", "width=100", manual], check=True, capture_output=True, text=True).stdout
page = re.sub(".\b", "", page)  # bold and underlined
section = re.search(r"^COMMANDS$(.*?)^[A-Z]", page, re.MULTILINE | re.DOTALL).group(1)
parts = re.split(r"^   (\S.*)$", section, flags=re.MULTILINE)
described = {}
for name, text in zip(parts[1::2], parts[2::2]):
    heads = re.findall(r"^     (--?[a-z].*)$", text, re.MULTILINE)  # of the list of options
    described["" if name == "without a command" else name] = {
        option for head in heads for option in re.findall(r"(?<!\S)--?[a-z][-a-z0-9]*", head.split("  ")[0])}
helped = commands(program)
assert described == helped, f"the manual has {described}\n--help has {helped}"

version = told(program, "--version").strip()
assert version in page.splitlines()[-1], f"{page.splitlines()[-1]!r} does not tell {version!r}"
synopsis = re.search(r"^SYNOPSIS$(.*?)^[A-Z]", page, re.MULTILINE | re.DOTALL).group(1)
for command in filter(None, helped):
    assert re.search(rf"\btickboard {command}\b", synopsis), f"{command} is not in the synopsis"
print(f"{version}: {len(helped) - 1} commands")
