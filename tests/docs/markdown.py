"""What a Markdown file of ours holds: fences with the comments above them, links, headings, names of files."""
import dataclasses
import re


@dataclasses.dataclass
class Fence:
    line: int  # of its opening
    kind: str
    text: str
    note: str = ""  # of the comment `<!-- test: NOTE -->` on the line above


@dataclasses.dataclass
class Document:
    fences: list
    links: list  # (line, target)
    anchors: set
    names: list  # (line, name of a file as `code`)
    problems: list  # (line, sentence)


NOTE = re.compile(r"^<!-- test: (.*) -->$")
OPENING = re.compile(r"^( *)(`{3,})(.*)$")
LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
CODE = re.compile(r"(`+)(.+?)\1")


def slug(heading):
    """The anchor that GitHub makes of a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip())
    text = text.replace("`", "").lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def parse(text):
    out = Document([], [], set(), [], [])
    lines = text.split("\n")
    i = 0
    in_list = False
    while i < len(lines):
        line = lines[i]
        opening = OPENING.match(line)
        if opening:
            indent, ticks, kind = opening.groups()
            end = i + 1
            while end < len(lines) and lines[end].strip() != ticks:
                end += 1
            if end == len(lines):
                out.problems.append((i + 1, "the fence does not end"))
            note = NOTE.match(lines[i - 1].strip()) if i else None
            body = [one[len(indent):] if one.startswith(indent) else one for one in lines[i + 1:end]]
            out.fences.append(Fence(i + 1, kind.strip(), "\n".join(body), note.group(1) if note else ""))
            i = end + 1
            continue
        if re.match(r"^\s*([-*+]|\d+\.) ", line):
            in_list = True
        elif line and not line.startswith(" "):
            in_list = False
        if line.startswith("    ") and not in_list and (i == 0 or not lines[i - 1].strip()):
            out.problems.append((i + 1, "an indented block: nothing says what it is; use a fence"))
        if NOTE.match(line.strip()) and not (i + 1 < len(lines) and OPENING.match(lines[i + 1])):
            out.problems.append((i + 1, "a comment for the test, but no fence on the next line"))
        heading = re.match(r"^#{1,6} +(.*?)#*$", line)
        if heading:
            name = slug(heading.group(1))
            count = 1
            while name in out.anchors:
                name = f"{slug(heading.group(1))}-{count}"
                count += 1
            out.anchors.add(name)
        for anchor in re.findall(r"<a (?:id|name)=\"([^\"]+)\"", line):
            out.anchors.add(anchor)
        for code in CODE.finditer(line):
            out.names += [(i + 1, word) for word in code.group(2).split()]
        plain = CODE.sub(lambda found: "`" * len(found.group(0)), line)
        # A link's text may be code; its target is none.
        out.links += [(i + 1, found.group(1)) for found in LINK.finditer(plain)]
        i += 1
    return out
