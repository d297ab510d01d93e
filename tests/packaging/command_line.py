"""What `tickboard --help` says that there is: an account of the command line apart from packaging/papers."""
import re
import subprocess


def told(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def options_in(text):
    """Names of the options in a text of CLI11's --help."""
    section = text.split("\nOptions:\n", 1)[1].split("\nSubcommands:\n")[0]
    found = set()
    for line in section.splitlines():
        head = re.match(r"  (?:  )?(-[-a-z0-9,]+)", line)  # deeper in a group of options
        found |= set(head.group(1).split(",")) if head else set()
    return found


def commands(program):
    """{command: its options}; "" is the program without a command."""
    text = told(program, "--help")
    names = re.findall(r"^  ([a-z-]+) ", text.split("\nSubcommands:\n", 1)[1], re.MULTILINE)
    assert names, "--help tells no commands"
    return {"": options_in(text), **{name: options_in(told(program, name, "--help")) for name in names}}
