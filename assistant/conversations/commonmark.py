"""Markdown as HTML that can run nothing and loads nothing; needs markdown-it-py.

The rules: HTML is text; an address is a link where it is http, https or mailto; an image is a
link to it; a heading is a paragraph that looks like one; nothing has an id, a style or a class of
the writer's choice; and nothing that was written is left out.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

__all__ = ["TooDeepError", "to_html"]

# Quotes in lists in quotes …: what is nested deeper the parser leaves out.
MAX_NESTING = 20
ALLOWED_ADDRESS = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
REL = "noopener noreferrer nofollow"
LABEL_LENGTH = 40

Tokens = Sequence[Token]


class TooDeepError(ValueError):
    """The text is nested more deeply than the parser follows."""


class Renderer(RendererHTML):
    """Writes what differs from CommonMark; a method's name is the type of its token."""

    def link_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Write a link that tells the other side nothing; one to nowhere is none."""
        if not tokens[idx].attrGet("href"):
            return "<a>"
        tokens[idx].attrSet("rel", REL)
        return self.renderToken(tokens, idx, options, env)

    def image(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Write a link to the image, or its text where it is in a link or has no address."""
        token = tokens[idx]
        text = escape(self.renderInlineAsText(token.children or [], options, env))
        address = str(token.attrGet("src") or "")
        if not address or _is_in_link(tokens, idx):
            return text
        return f'<a href="{escape(address)}" rel="{REL}">{text or escape(address)}</a>'

    def fence(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Write a block of code under the name of its language."""
        code = _code(tokens[idx].content)
        words = tokens[idx].info.split()
        if not words:
            return code
        return f'<span class="md-language">{escape(words[0][:LABEL_LENGTH])}</span>{code}'

    def code_block(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Write a block of code."""
        return _code(tokens[idx].content)

    def heading_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Write a paragraph: the page has headings of its own."""
        return f'<p class="md-heading md-{tokens[idx].tag}">'

    def heading_close(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """End the paragraph."""
        return "</p>\n"

    def table_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Write a table in a box that scrolls."""
        return '<div class="md-table"><table>\n'

    def table_close(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """End the table and the box."""
        return "</table></div>\n"

    def th_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Write a cell of the head."""
        return _cell(tokens[idx])

    def td_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Write a cell."""
        return _cell(tokens[idx])


def _is_in_link(tokens: Tokens, idx: int) -> bool:
    kinds = [token.type for token in tokens[:idx]]
    return kinds.count("link_open") > kinds.count("link_close")


def _code(text: str) -> str:
    return f"<pre><code>{escape(text)}</code></pre>\n"


def _cell(token: Token) -> str:
    # The parser says it in a style attribute, which a content security policy may forbid.
    style = str(token.attrGet("style") or "")
    side = style.removeprefix("text-align:")
    return f'<{token.tag} class="md-{side}">' if side in ("center", "right") else f"<{token.tag}>"


def _make_parser() -> MarkdownIt:
    options: Any = {"html": False, "breaks": True, "maxNesting": MAX_NESTING}
    parser = MarkdownIt("commonmark", options, renderer_cls=Renderer)
    parser.enable(["strikethrough", "table"])
    # References are left out of what is shown: "[a]: b" is better read as it stands.
    parser.disable(["html_block", "html_inline", "reference"])
    parser.validateLink = lambda url: bool(ALLOWED_ADDRESS.match(url))  # type: ignore[method-assign]
    return parser


PARSER = _make_parser()


def to_html(text: str) -> str:
    """Return the HTML, or raise :class:`TooDeepError`."""
    env: EnvType = {}
    tokens = PARSER.parse(text, env)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        raise TooDeepError
    html: str = PARSER.renderer.render(tokens, PARSER.options, env)
    return html
