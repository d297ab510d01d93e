#!/usr/bin/env python3
"""What check.py must find, and what it must let pass."""
import os
import tempfile
import unittest

import commands
import markdown
import shape
import text


class Markdown(unittest.TestCase):
    def test_fences_notes_and_lists(self):
        found = markdown.parse("# A\n\n<!-- test: fails -->\n```console\n$ x\n```\n\n- item\n\n    more of the item\n\n  ```sh\n  y\n  ```\n")
        self.assertEqual([(one.line, one.kind, one.text, one.note) for one in found.fences], [(4, "console", "$ x", "fails"), (12, "sh", "y", "")])
        self.assertEqual(found.problems, [])

    def test_what_nothing_is_known_of(self):
        self.assertIn("indented", markdown.parse("text\n\n    ./run\n").problems[0][1])
        self.assertIn("does not end", markdown.parse("```sh\nx\n").problems[0][1])
        self.assertIn("no fence", markdown.parse("<!-- test: fails -->\n\n```sh\nx\n```\n").problems[0][1])

    def test_anchors(self):
        found = markdown.parse("# The way of a *tick*!\n## `[http]`\n## Twice\n## Twice\n## [A](b.md), c\n")
        self.assertEqual(found.anchors, {"the-way-of-a-tick", "http", "twice", "twice-1", "a-c"})

    def test_links_but_not_in_code(self):
        found = markdown.parse("[a](b.md#c) ![p](d.png) `[x](y)` [`e`](f.md)\n```text\n[g](h)\n```\n")
        self.assertEqual([target for _, target in found.links], ["b.md#c", "d.png", "f.md"])


class Shape(unittest.TestCase):
    def fits(self, shown, came):
        self.assertIsNone(shape.problem(shown, came))

    def differs(self, shown, came, words):
        self.assertIn(words, shape.problem(shown, came) or "no problem")

    def test_json(self):
        self.fits('{"a":1,\n"b":[{"c":"x"}],"d":null}', '{"b":[{"c":"y"}],"a":2.5,"d":"z"}')
        self.differs('{"a":1}', '{"a":"1"}', "is shown as number and came as text")
        self.differs('{"a":1}', '{"a":1,"b":2}', "came and is not shown: ['b']")
        self.differs('{"a":1,"b":2}', '{"a":1}', "did not come: ['b']")
        self.fits('{"a":1, ...}', '{"a":1,"b":2}')
        self.differs('{"c":1, ...}', '{"a":1,"b":2}', "did not come: ['c']")
        self.differs('{"title":"x","status":400}', '{"title":"x","status":404}', "status is shown as 400")
        self.differs('[{"a":1}]', '[{"a":1},{"a":2}]', "1 entries are shown and 2 came")
        self.fits('[{"a":1}, ...]', '[{"a":1},{"a":2}]')
        self.differs('[{"a":1},{"b":1}]', '[{"a":1},{"a":2}]', "did not come")
        self.differs('{"a":1}', "no JSON", "JSON is shown")

    def test_text(self):
        self.fits("id  last\nkraken:BTC-USD  1.5\n", "id       last\nkraken:A-EUR     -\n")
        self.differs("id  last\n", "id  price\n", "shown: 'id  last'")
        self.differs("a\n", "a\nb\n", "came, and is not shown: 'b'")
        self.differs("a\nb\n", "a\n", "nothing more")
        self.fits("a\n...\nz 3 ms", "a\nb\nc\nz 4 ms")
        self.differs("a\n...\nz\n", "a\nb\n", "shown: 'z'")
        self.fits("kraken:A-USD\n...\nkraken:B-USD\nend", "kraken:A-USD\nkraken:C-USD\nkraken:B-USD\nend")
        self.fits("wrong.toml:7:1: x ...", "wrong.toml:9:2: x and more")
        self.differs("wrong.toml:7:1: x ...", "wrong.toml:9:2: y", "shown")
        self.fits("up 1m05s, 3h20m, 12ms, true", "up 2s, 1d02h, 5.1s, false")
        self.differs("3 rows of 5", "3 lines of 5", "rows")

    def test_steps(self):
        self.assertEqual(commands.console_steps("$ a \\\n  b\n1\n2\n$ c"), [("a \\\n  b", "1\n2"), ("c", "")])


class Text(unittest.TestCase):
    def problems(self, document):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "docs"))
            os.makedirs(os.path.join(root, "market"))
            for name, words in (("README.md", document), ("docs/a.md", "# One\n"), ("market/x.cpp", "int  a;\nint b;\n")):
                with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                    file.write(words)
            found, _ = text.check(root, "/bin/false")
            return found

    def test_right(self):
        self.assertEqual(self.problems("[a](docs/a.md#one) `market/x.cpp` `market/*.cpp` `market/NAME.cpp` `a/b` <https://x>\n"), [])
        self.assertEqual(self.problems("<!-- test: from market/x.cpp -->\n```cpp\nint a;\nint b;\n```\n"), [])
        self.assertEqual(self.problems('```json\n{"a": [1, ...]}\n```\n'), [])

    def test_wrong(self):
        for document, words in (
                ("[a](docs/b.md)\n", "README.md:1: the link docs/b.md leads nowhere"),
                ("[a](docs/a.md#two)\n", "no heading for #two"),
                ("[a](#none)\n", "no heading for #none"),
                ("\n`market/y.cpp`\n", "README.md:2: there is no market/y.cpp"),
                ("```toml\na = 1\n```\n", "README.md:1: "),
                ("```\nx\n```\n", "a fence of kind ''"),
                ("```console\nx\n```\n", "a console begins"),
                ("```json\n{\n```\n", "no JSON"),
                ("```cpp\nint a;\n```\n", "says where it stands"),
                ("<!-- test: from market/x.cpp -->\n```cpp\nint c;\n```\n", "does not hold this"),
                ("<!-- test: not run -->\n```sh\nx\n```\n", "is none of"),
        ):
            with self.subTest(document):
                self.assertIn(words, "\n".join(self.problems(document)))


class Running(unittest.TestCase):
    def test_a_session(self):
        with tempfile.TemporaryDirectory() as directory:
            class Clone:
                def __init__(self):
                    self.directory = directory

                def real(self, words):
                    return words

                told = real

            session = commands.Session(Clone())
            try:
                self.assertEqual(session.run("a=1; false; echo $a"), (1, "1\n"))
                self.assertEqual(session.run("echo $a; (exit 3)"), (3, "1\n"))
                self.assertEqual(session.run("status=200; sleep 600 & echo x >&2"), (0, "x\n"))
                self.assertEqual(session.run("kill %1; wait %1 || echo ended"), (0, "ended\n"))
                self.assertEqual(session.run("exit 5")[0], None)
            finally:
                session.close()


if __name__ == "__main__":
    unittest.main()
