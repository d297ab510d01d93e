"""usage: completions.py SHELL PROGRAM PAPERS_DIRECTORY
The shell proposes every command, every option of each, and the values of an option that has a list of them:
bash and fish just those that --help tells; of zsh, which only completes in a terminal, what Tab shows there."""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

from command_line import commands

shell, program, papers = sys.argv[1:]
if not shutil.which(shell):
    print(f"SKIPPED: {shell} is not installed, its completion was NOT tried", file=sys.stderr)
    sys.exit(77)
work = tempfile.mkdtemp()
open(f"{work}/a-file", "w").close()


def of_bash(words):
    ask = (f'source "$1"; shift; COMP_WORDS=(tickboard "$@"); COMP_CWORD=$#; _tickboard 2>/dev/null; '
           'printf "%s\\n" "${COMPREPLY[@]}"')
    return subprocess.run(["bash", "-c", ask, "bash", f"{papers}/tickboard.bash", *words],
                          cwd=work, check=True, capture_output=True, text=True).stdout.split()


def of_fish(words):
    ask = f"source {papers}/tickboard.fish; complete --do-complete 'tickboard {' '.join(words)}'"
    shown = subprocess.run(["fish", "--no-config", "-c", ask], cwd=work, check=True, capture_output=True, text=True,
                           env={**os.environ, "HOME": work}).stdout
    return [line.split("\t")[0] for line in shown.splitlines()]


def of_zsh(words):
    """All words that Tab shows: the line is typed into a zsh with a terminal of its own."""
    with open(f"{work}/.zshrc", "w") as setup:
        # Alt-X says that the listing is over.
        setup.write(f"fpath=({papers} $fpath); autoload -Uz compinit; compinit -u -d {work}/dump; LISTMAX=1000\n"
                    "setopt no_always_last_prompt\n"
                    "over() { zle -M \"$BUFFER the-end\" }; zle -N over; bindkey '^[x' over\n"
                    "unset zle_bracketed_paste; PS1='ready> '\n")
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="dumb", HOME=work, ZDOTDIR=work, COLUMNS="200", LINES="500", LC_ALL="C.UTF-8")
        os.chdir(work)
        os.execvp("zsh", ["zsh", "-d", "-i"])
    shown, end = "", time.monotonic() + 60

    def until(text):
        nonlocal shown
        while text not in shown:
            assert time.monotonic() < end, f"zsh shows no {text!r} but {shown!r}"
            if select.select([terminal], [], [], 1)[0]:
                shown += os.read(terminal, 65536).decode(errors="replace")

    until("ready> ")
    line = f"tickboard {' '.join(words)}"
    os.write(terminal, line.encode())
    until(line)
    shown = ""
    os.write(terminal, b"\t\x1bx")
    until("the-end")
    os.close(terminal)
    os.waitpid(child, 0)
    return re.findall(r"[-\w]+", shown)


proposed = {"bash": of_bash, "fish": of_fish, "zsh": of_zsh}[shell]


def check(words, wanted, exactly=True):
    found = set(proposed(words))
    if shell == "zsh" or not exactly:
        assert wanted <= found, f"{shell} after {words} does not propose {sorted(wanted - found)}"
    else:
        assert found == wanted, f"{shell} after {words} proposes {sorted(found)} instead of {sorted(wanted)}"


known = commands(program)
names = set(known) - {""}
assert names
check([""], names, exactly=shell != "bash")
check(["--"], {option for option in known[""] if option.startswith("--")})
for name in names:
    check([name, "--"], {option for option in known[name] if option.startswith("--")})
check(["demo", "--log-level", ""], {"debug", "info", "warn", "error"})
if shell == "bash":
    check(["demo", "--log-level", "="], {"debug", "info", "warn", "error"})
    check(["demo", "--log-level", "=", "d"], {"debug"})
check(["check", "a-"], {"a-file"})
check(["serve", "--config", "a-"], {"a-file"})
check(["demo", "--markets", ""], set())
shutil.rmtree(work)
