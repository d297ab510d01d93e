"""What is right or wrong with documents by themselves."""
import glob
import json
import os
import re
import subprocess
import tempfile

import markdown
import shape

SHOWN_ONLY = {"text", "mermaid", "ini", "yaml", "sql", "http", "csv"}
QUOTED = {"cpp", "cmake", "lua", "python", "ts"}
RUN = {"sh", "console"}
A_FEED = '\n[[feed]]\nexchange = "kraken"\nsymbols = ["*/USD"]\n'
BUILT = {"build", "node_modules", ".git"}


def all_documents(root):
    for directory, folders, files in os.walk(root):
        folders[:] = [one for one in folders if one not in BUILT]
        for name in files:
            if name.endswith(".md"):
                yield os.path.relpath(os.path.join(directory, name), root)


def guides(root):
    """Those whose commands are run, in the order of reading."""
    fixed = ["README.md", "CONTRIBUTING.md", "examples/README.md"]
    more = sorted(os.path.relpath(one, root) for one in glob.glob(os.path.join(root, "docs", "*.md")))
    return [one for one in fixed if os.path.exists(os.path.join(root, one))] + more


def read(root, document):
    with open(os.path.join(root, document), encoding="utf-8") as file:
        return markdown.parse(file.read())


def link_problems(root, document, parsed, anchors_of):
    for line, target in parsed.links:
        if re.match(r"^[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = os.path.normpath(os.path.join(root, os.path.dirname(document), path)) if path else os.path.join(root, document)
        if not os.path.exists(place):
            yield line, f"the link {target} leads nowhere"
        elif anchor and place.endswith(".md") and anchor not in anchors_of(place):
            yield line, f"the link {target}: there is no heading for #{anchor}"


def name_problems(root, parsed):
    """Names of files in `code` that begin with a folder of ours must exist. NAME and <name> stand for any."""
    folders = {one for one in os.listdir(root) if os.path.isdir(os.path.join(root, one)) and one not in BUILT and one[0] != "."}
    for line, name in parsed.names:
        name = re.split(r"[:,;#]", name)[0].rstrip(".")
        if "/" not in name or name.split("/")[0] not in folders or not re.fullmatch(r"[\w.*<>{}/-]+", name):
            continue
        pattern = re.sub(r"NAME|<\w+>", "*", name)
        if not glob.glob(os.path.join(root, pattern)):
            yield line, f"there is no {name}"


def toml_problem(fence, program):
    text = fence.text if "[[feed]]" in fence.text else fence.text + A_FEED
    with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        checked = subprocess.run([program, "check", file.name], capture_output=True, text=True, timeout=30)
        if checked.returncode == 0:
            return None
        return checked.stderr.replace(file.name, "the snippet").strip() or "tickboard check refuses it"


def quote_problem(root, fence):
    source = re.fullmatch(r"from (\S+)", fence.note)
    if not source:
        return f"{fence.kind}: a comment above it, <!-- test: from FILE -->, says where it stands"
    path = os.path.join(root, source.group(1))
    if not os.path.exists(path):
        return f"there is no {source.group(1)}"
    with open(path, encoding="utf-8") as file:
        plain = lambda text: " ".join(text.split())
        whole = plain(file.read())
    for part in fence.text.split("\n...\n"):
        if plain(part) not in whole:
            return f"{source.group(1)} does not hold this: {plain(part)[:120]}"
    return None


def fence_problem(root, fence, program):
    if fence.note and not re.match(r"not run, .|fails$|from \S+$", fence.note):
        return f"<!-- test: {fence.note} --> is none of: not run, REASON; fails; from FILE"
    if fence.kind in SHOWN_ONLY or fence.note.startswith("not run"):
        return None
    if fence.kind == "toml":
        return toml_problem(fence, program)
    if fence.kind == "json":
        return None if shape.loads(fence.text) else "it is no JSON"
    if fence.kind in QUOTED:
        return quote_problem(root, fence)
    if fence.kind in RUN:
        if fence.kind == "console" and not fence.text.startswith("$ "):
            return "a console begins with \"$ \""
        return None
    known = ", ".join(sorted(SHOWN_ONLY | QUOTED | RUN | {"toml", "json"}))
    return f"a fence of kind {fence.kind!r}; known: {known}"


def check(root, program):
    """Sentences with file and line."""
    known = {}

    def anchors_of(path):
        if path not in known:
            with open(path, encoding="utf-8") as file:
                known[path] = markdown.parse(file.read()).anchors
        return known[path]

    out = []
    run = set(guides(root))
    count = 0
    for document in sorted(all_documents(root)):
        parsed = read(root, document)
        found = list(link_problems(root, document, parsed, anchors_of))
        count += len(parsed.links)
        if document in run:
            found += parsed.problems
            found += name_problems(root, parsed)
            for fence in parsed.fences:
                problem = fence_problem(root, fence, program)
                if problem:
                    found.append((fence.line, problem))
        out += [f"{document}:{line}: {what}" for line, what in sorted(found)]
    return out, f"{count} links, {len(run)} guides"
