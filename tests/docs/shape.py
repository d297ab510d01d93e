"""Whether what a program printed has the shape of what a document shows."""
import json
import re

EQUAL = {"title", "status", "parameter"}  # members whose values say what the document is about

DATE = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?"
CLASSES = [
    (re.compile(DATE), " <date> "),
    (re.compile(r'"[^"]*"'), " <quoted> "),
    (re.compile(r"\b[a-z]+:[A-Z0-9]+-[A-Z0-9]+\b"), " <market> "),
    (re.compile(r"(?<![\w.:/-])-(?![\w.])"), " # "),  # no value
    (re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?:ms|s|m\d\ds|h\d\dm|d\d\dh|us|%)?(?![\w])"), " # "),
    (re.compile(r"\b[0-9]?[A-Z][A-Z0-9]{1,}\b"), " <symbol> "),
    (re.compile(r"\b(?:true|false)\b"), " <bool> "),
]


def form(line):
    for pattern, name in CLASSES:
        line = pattern.sub(name, line)
    return " ".join(line.split())


def loads(text):
    """(value, whether `...` left something out), or None if it is no JSON."""
    joined = text.strip().replace("\n", "")
    if joined[:1] not in ("{", "["):
        return None
    bare = re.sub(r",?\s*\.\.\.\s*(?=[\]}])", "", joined) if "..." in joined else joined
    try:
        return json.loads(bare), bare != joined
    except ValueError:
        return None


def kind(value):
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    return {dict: "object", list: "array", str: "text"}[type(value)]


def json_problem(shown, came, partial, where="the answer"):
    if shown is None or came is None:
        return None
    if kind(shown) != kind(came):
        return f"{where} is shown as {kind(shown)} and came as {kind(came)}"
    if isinstance(shown, dict):
        missing = [name for name in shown if name not in came]
        more = [name for name in came if name not in shown]
        if missing or (more and not partial):
            return f"{where}: shown and did not come: {missing}; came and is not shown: {more}"
        for name, value in shown.items():
            if name in EQUAL and value != came[name]:
                return f"{where}.{name} is shown as {value!r} and came as {came[name]!r}"
            problem = json_problem(value, came[name], partial, f"{where}.{name}")
            if problem:
                return problem
    if isinstance(shown, list):
        if len(shown) > len(came) or (len(shown) != len(came) and not partial and any(isinstance(one, dict) for one in shown)):
            return f"{where}: {len(shown)} entries are shown and {len(came)} came"
        for index, (one, other) in enumerate(zip(shown, came)):
            problem = json_problem(one, other, partial, f"{where}[{index}]")
            if problem:
                return problem
    return None


def line_fits(shown, came):
    if shown.rstrip().endswith("..."):
        return form(came.strip()).startswith(form(shown.rstrip()[:-3])) or came.strip().startswith(shown.rstrip()[:-3].strip())
    return form(shown) == form(came)


def text_problem(shown, came):
    """Both are lists of lines. The sentence is of the first line that is nowhere."""
    reached = {0}  # lines of `came` that can be behind what was shown so far
    for line in shown:
        if line.strip() == "...":
            reached = set(range(min(reached), len(came) + 1))
            continue
        following = {at + 1 for at in reached if at < len(came) and line_fits(line, came[at])}
        if not following:
            at = min(reached)
            got = came[at] if at < len(came) else "nothing more"
            return f"shown: {line!r}\n  came:  {got!r}\n  as:    {form(line)!r}\n  and:   {form(got)!r}"
        reached = following
    if len(came) not in reached:
        return f"came, and is not shown: {came[max(reached)]!r}"
    return None


def problem(shown, came):
    """A sentence, or None if it fits."""
    expected = loads(shown)
    if expected is not None:
        try:
            value = json.loads(came)
        except ValueError:
            return f"JSON is shown, and came: {came[:300]!r}"
        return json_problem(expected[0], value, expected[1])
    lines = lambda text: [line for line in text.strip("\n").split("\n") if line.strip()]
    return text_problem(lines(shown), lines(came))
