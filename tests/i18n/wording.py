"""Finds text that reaches a reader without passing the catalogue, in templates and in Python."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

# Names that are the same in every language, a key's beginning, and the label that only robots see.
SAME_EVERYWHERE = {"SCRM", "SOP", "English", "简体中文", "中文", "scrm_", "Website"}
# Blocks that hold no text but what an attribute takes.
SILENT_BLOCKS = {"body_class", "bodyclass", "box_class", "html_class", "referrer", "robots"}
SHOWN_ATTRIBUTES = {"alt", "aria-label", "label", "placeholder", "title", "data-copied"}
SHOWN_ARGUMENTS = {"action", "empty", "label", "note", "text", "title"}
SHOWN_KEYWORDS = {
    *("label", "help_text", "verbose_name", "verbose_name_plural", "empty_label", "empty_value_display"),
    *("short_description", "site_header", "site_title", "index_title"),
}
GETTEXT = re.compile(r"^(_|n?p?gettext(_lazy|_noop)?)$")
_WORD = re.compile(r"[^\W\d_]{2,}")
_HOLE = "\ue000"


def bare_in_template(source: str) -> Iterator[str]:
    """Each piece of text that stands outside of translate and blocktranslate."""
    reader = _Reader()
    for token in _outside_translations(source):
        if token.token_type == TokenType.TEXT:
            reader.feed(token.contents)
        else:
            yield from _bare_arguments(token)
            reader.feed(_HOLE)
    reader.close()
    yield from (text for text in reader.texts if _says_something(text))


def bare_in_python(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Labels, help, choices, messages and errors that are plain strings; and what gettext can't look up."""
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                yield from ((at.lineno, ast.unparse(at)) for at in _shown_arguments(node) if _is_text(at))
            case ast.ClassDef() if any("Choices" in ast.unparse(base) for base in node.bases):
                labels = [line.value.elts[-1] for line in node.body if _is_choice(line)]
                yield from ((label.lineno, ast.unparse(label)) for label in labels if _is_text(label))


class _Reader(HTMLParser):
    """Holes stand for what the template puts in."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style", "code")
        self.texts += [value for name, value in attrs if value and _is_shown(name)]
        if tag in ("input", "button") and ("type", "submit") in attrs:
            self.texts += [value for name, value in attrs if value and tag == "input" and name == "value"]

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style", "code")

    def handle_data(self, data):
        if not self.silent:
            self.texts.append(data)


def _outside_translations(source: str) -> Iterator[Token]:
    until = ""
    for token in Lexer(source).tokenize():
        words = token.contents.split() if token.token_type == TokenType.BLOCK else [""]
        if until:
            until = "" if words[0] == until else until
        elif words[0] in ("blocktranslate", "comment", "verbatim") or (
            words[0] == "block" and words[1] in SILENT_BLOCKS
        ):
            until = f"end{words[0]}"
        elif token.token_type != TokenType.COMMENT:
            yield token


def _bare_arguments(token: Token) -> Iterator[str]:
    found = re.findall(r"""\b(\w+)=["']([^"']*)["']""", token.contents)
    texts = [text for name, text in found if name in SHOWN_ARGUMENTS]
    texts += re.findall(r"""\|(?:default|default_if_none|pluralize):["']([^"']*)["']""", token.contents)
    # A lone word in lower case names a tone or an icon.
    yield from (text for text in texts if _says_something(text) and not re.fullmatch(r"[a-z-]+", text))


def _is_shown(attribute: str) -> bool:
    return attribute in SHOWN_ATTRIBUTES or attribute.startswith("data-confirm")


def _says_something(text: str) -> bool:
    plain = " ".join(text.split())
    return plain not in SAME_EVERYWHERE and _WORD.search(plain) is not None


def _shown_arguments(call: ast.Call) -> Iterator[ast.expr]:
    name = ast.unparse(call.func)
    yield from (keyword.value for keyword in call.keywords if keyword.arg in SHOWN_KEYWORDS)
    if re.match(r"messages\.(debug|info|success|warning|error)$", name):
        yield from call.args[1:2]
    elif name.endswith("ValidationError") or name in ("admin.action", "admin.display"):
        yield from call.args[:1]
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "description")
    elif re.match(r"models\.(?!OneToOne|ManyToMany)\w+Field$", name):
        yield from call.args[:1]
    elif GETTEXT.match(name):
        yield from (arg for arg in call.args if isinstance(arg, ast.JoinedStr | ast.BinOp))


def _is_text(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return _says_something(text)
        case ast.BinOp(left=left):
            return _is_text(left)
        case ast.JoinedStr(values=parts):
            return any(_is_text(part) for part in parts)
    return False


def _is_choice(line: ast.stmt) -> bool:
    return isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple)


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
