"""Finds the declarations of a symbol in Swift, C and shell sources.

This is a scanner, not a parser. It knows comments, strings, brackets and the words that begin a declaration, and
expects that a declaration begins a line or follows a brace, as `swift format` arranges it.
"""
import collections
import re

# The declaration is text[start:end] of the file `path`. The labels of `steps(before:)` are "before:".
Declaration = collections.namedtuple("Declaration", "name labels path start end")

TYPES = "struct class enum actor protocol extension".split()
MEMBERS = "func init deinit subscript var let case typealias associatedtype import macro".split()
MODIFIERS = """public package internal private fileprivate open static final override mutating nonmutating
  nonisolated lazy weak unowned indirect convenience required dynamic borrowing consuming""".split()
WORD = re.compile(rf"(?<![\w.`#])({'|'.join(TYPES + MEMBERS + MODIFIERS)})\b|@\w+|[(\[{{]")


def end_of_comment(text, start, is_swift):
    if text.startswith("//", start):
        end = text.find("\n", start)
        return len(text) if end < 0 else end
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(text, start):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0 or mark[0] == "*/" and not is_swift:
            return mark.end()
    return len(text)


def end_of_string(text, start):
    """The offset after a string. An interpolation may contain further strings."""
    hashes, quote = re.compile(r"(#*)(\"\"\"|\"|')").match(text, start).groups()
    marks = re.compile(rf"({quote}{hashes})|\\{hashes}(.)|\n", re.DOTALL)
    position = start + len(hashes + quote)
    while mark := marks.search(text, position):
        position = mark.end()
        if mark[1] or mark[0] == "\n" and len(quote) == 1:
            return position
        depth = 1 if mark[2] == "(" else 0
        while depth and (mark := re.compile(r'#*"|[()]').search(text, position)):
            is_string = mark[0].endswith('"')
            position = end_of_string(text, mark.start()) if is_string else mark.end()
            depth += {"(": 1, ")": -1}.get(mark[0], 0)
    return len(text)


def blanked(text, is_swift):
    """The text without comments, and the text without comments and strings. Spaces replace them."""
    code, bare, position = [], [], 0
    literals = re.compile(r'//|/\*|#*"' if is_swift else r"""//|/\*|["']""")
    while literal := literals.search(text, position):
        start, is_comment = literal.start(), literal[0] in ("//", "/*")
        end = end_of_comment(text, start, is_swift) if is_comment else end_of_string(text, start)
        blank = re.sub(r"[^\n]", " ", text[start:end])
        code += [text[position:start], blank if is_comment else text[start:end]]
        bare += [text[position:start], blank]
        position = end
    return "".join(code) + text[position:], "".join(bare) + text[position:]


def brackets(bare):
    """The offset of each bracket's partner."""
    partners, opened = {}, []
    for mark in re.finditer(r"[()\[\]{}]", bare):
        if mark[0] in "([{":
            opened.append(mark.start())
        elif opened:
            start = opened.pop()
            partners[start], partners[mark.start()] = mark.start(), start
    return partners


class SwiftFile:
    """The declarations of a Swift file: `Type`, `Type.Nested.member`, `function`."""

    def __init__(self, path, bare):
        self.path, self.bare, self.partners, self.found = path, bare, brackets(bare), []
        self.scan(0, len(bare), "")

    def scan(self, position, end, prefix):
        """Finds the declarations up to `end`. A member ends where the next declaration begins."""
        start, member = None, None
        while word := WORD.search(self.bare, position, end):
            position = word.end()
            if word[0] in "([{":
                position = self.partners.get(word.start(), end) + 1
                continue
            if start is None:
                if not re.search(r"(^|[\n{};])[ \t]*$", self.bare[max(0, word.start() - 200):word.start()]):
                    continue
                start = word.start()
                self.add(member, start, prefix)
                member = None
            if word[0] in TYPES and not re.compile(r"\s+(func|var|let)\b").match(self.bare, position):
                position = self.add_type(word, start, end, prefix)
                start = None
            elif word[0] in MEMBERS:
                member, start = (word, start), None
        self.add(member, end, prefix)

    def append(self, name, labels, start, end):
        end = start + len(self.bare[start:end].rstrip())
        self.found.append(Declaration(name, labels, self.path, start, end))

    def add_type(self, word, start, end, prefix):
        name = prefix + re.compile(r"\s+`?([\w.]*)").match(self.bare, word.end())[1]
        opening = self.bare.index("{", word.end())
        close = self.partners.get(opening, end)
        self.append(name, "", start, close + 1)
        self.scan(opening + 1, close, name + ".")
        return close + 1

    def add(self, member, end, prefix):
        if not member:
            return
        word, start = member
        if word[0] in ("var", "let", "case"):
            # Several in `var a = 0, b = 0`.
            for name in re.findall(r"(?:^|,)\s*`?(\w+)`?(?=\s*(?:[:=,({]|$))", self.flat(word.end(), end)):
                self.append(prefix + name, "", start, end)
            return
        named = re.compile(r"\s+`?(\w+|[^\s\w({]+)").match(self.bare, word.end())
        name = word[0] if word[0] in ("init", "deinit", "subscript") else named[1]
        labels = []
        if word[0] in ("func", "init", "subscript"):
            opening = self.bare.index("(", word.end())
            parameters = self.flat(opening + 1, self.partners.get(opening, end))
            labels = re.findall(r"(?:^|,)\s*(?:@\w+\s+)*`?(\w+)", parameters)
        self.append(prefix + name, "".join(f"{label}:" for label in labels), start, end)

    def flat(self, start, end):
        """The text up to the first brace, without what is in brackets."""
        parts = []
        while bracket := re.compile(r"[(\[{]").search(self.bare, start, end):
            parts.append(self.bare[start:bracket.start()] + bracket[0])
            start = end if bracket[0] == "{" else self.partners.get(bracket.start(), end)
        return re.sub(r"<[^<>]*>", "", "".join(parts) + self.bare[start:end])


def c_declarations(path, bare):
    """The functions and macros of a C file. `void NAME(rmsprop)(size_t count) {` defines `rmsprop`."""
    found = []
    for directive in re.finditer(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", bare, re.MULTILINE):
        if macro := re.match(r"\s*#\s*define\s+(\w+)", directive[0]):
            found.append(Declaration(macro[1], "", path, *directive.span()))
        bare = bare[:directive.start()] + re.sub(r"[^\n]", " ", directive[0]) + bare[directive.end():]
    partners, start, position = brackets(bare), 0, 0
    while mark := re.compile(r"[({;]").search(bare, position):
        position = mark.end() if mark[0] == ";" else partners.get(mark.start(), len(bare)) + 1
        header = bare[start:mark.start()].rstrip()
        if mark[0] == "{" and header.endswith(")"):
            opening = partners.get(start + len(header) - 1, start)
            if name := re.search(r"(\w+)\s*\)?\s*$", bare[start:opening]):
                begin = start + len(header) - len(header.lstrip())
                found.append(Declaration(name[1], "", path, begin, position))
        if mark[0] != "(":
            start = position
    return found


def shell_declarations(path, text):
    """The functions of a shell script. Each ends with a line `}`, or on the line where it begins."""
    pattern = r"^(\w+)\(\) (?:\{(?: #[^\n]*)?\n.*?^\}|[^\n]*)"
    return [Declaration(match[1], "", path, *match.span())
            for match in re.finditer(pattern, text, re.MULTILINE | re.DOTALL)]


class Sources:
    """The declarations of source files, given as a dictionary from paths to texts."""

    def __init__(self, texts):
        self.texts, self.declarations = texts, collections.defaultdict(list)
        # The texts without comments. All offsets are those of the texts.
        self.code = dict(texts)
        for path, text in texts.items():
            if path.endswith((".swift", ".c", ".h")):
                is_swift = path.endswith(".swift")
                self.code[path], bare = blanked(text, is_swift)
                found = SwiftFile(path, bare).found if is_swift else c_declarations(path, bare)
            else:
                found = shell_declarations(path, text)
            for declaration in found:
                self.declarations[declaration.name].append(declaration)

        self.words = set(re.findall(r"\w+", " ".join(self.code.values())))

    def enclosing(self, path, start, end):
        """The symbol of the innermost declaration around an extent, or None."""
        around = [declaration for found in self.declarations.values() for declaration in found
                  if declaration.path == path and declaration.start <= start and end <= declaration.end]
        return min(around, key=lambda declaration: declaration.end - declaration.start).name if around else None

    def find(self, symbol):
        """All declarations of a symbol: a type and its extensions, overloads, variants in `#if`.

        A symbol is `Type`, `Type.member`, `Type.member(label:)` or `function`.
        """
        name, _, labels = symbol.partition("(")
        return [declaration for declaration in self.declarations.get(name, [])
                if not labels or labels == declaration.labels + ")"]
