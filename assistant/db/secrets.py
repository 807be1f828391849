"""What looks like a secret.

A name is split into words at everything but letters and digits and at humps (``openaiApiKey`` is
"openai api key"). It looks like a secret's where a run of its words spells one of
``conf.SECRET_NAMES``, in the singular or the plural, or one word ends in a longer one of them
(``PGPASSWORD``), unless

* the word after the run, or the name's last word, describes the secret or says where it is:
  ``token_limit``, ``tokens_per_minute``, ``password_min_length``, ``api_key_env``;
* it is a token of text: one of a tokenizer's (``eos_token``), one that is counted
  (``max_token``), or tokens in the plural but for those that let somebody in
  (``access_tokens``).

What looks like a secret is one only where it holds something: null, true, false and what is empty
have nothing to hide. Passwords in URLs (``postgresql://user:password@host``) are secrets, too,
under whatever name.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from assistant.conf import conf

__all__ = ["MASK", "find_secret", "holds_something", "is_secret_name", "mask_urls"]

# What pages show in a secret's place.
MASK = "********"

# Keys of JSON may be of any length; those of people are short and come again.
LONGEST_REMEMBERED = 100

# Words that are joined to others, as in "authtoken"; of the shorter ones many words are made.
SHORTEST_SUFFIX = 5

WORD_BREAKS = re.compile(
    r"[\W_]+"
    r"|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
    r"|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])"
)


def _words(name: str) -> list[str]:
    # As wide as usual, and as usual otherwise.
    text = unicodedata.normalize("NFKC", name)
    return [word.casefold() for word in WORD_BREAKS.split(text) if word]


# After a secret's name: how many, how long, of which kind, for how long, and where it is.
DESCRIBING = frozenset(
    _words(
        "algorithm budget cost count counts day days description enabled endpoint env environment"
        " expiration expires expiry file filename hasher hashers hour hours kind label length"
        " lifetime limit limits max maximum min minimum minute minutes name names path per policy"
        " price rate ref reference refs required retries seconds size timeout ttl type uri url"
        " usage used validators var variable version"
    )
)
# Before "token": a tokenizer's own, or a number of them.
OF_TEXT = frozenset(
    _words(
        "bos cls completion end eos image input mask max maximum min minimum num number output"
        " pad per prompt sep special start stop total unk"
    )
)
# Before "tokens": what lets somebody in, however many there are.
OF_ACCESS = frozenset(
    _words(
        "access api auth bearer bot device github gitlab hf id oauth personal push refresh slack"
    )
)

# Of scheme://user:password@host the password; within JSON a string ends at its quote.
URL_PASSWORD = re.compile(r"(?<=://)([^\s/?#:@]*:)[^\s/?#]+(?=@)")
URL_PASSWORD_IN_JSON = re.compile(r'(?<=://)([^\s/?#:@"]*:)(?:[^\s/?#"\\]|\\.)+(?=@)')
# Cut off, it may have had an @ of its own.
URL_CUT_OFF = re.compile(r"(?<=://)([^\s/?#:@]*:)[^\s/?#]+\Z")
URL_CUT_OFF_IN_JSON = re.compile(r'(?<=://)([^\s/?#:@"]*:)(?:[^\s/?#"\\]|\\.?)+\Z')


def is_secret_name(name: str) -> bool:
    """Tell whether what has this name is to be masked."""
    judge = _judge if len(name) <= LONGEST_REMEMBERED else _judge.__wrapped__
    return judge(name, conf.SECRET_NAMES)


@lru_cache(maxsize=4096)
def _judge(name: str, secret_names: tuple[str, ...]) -> bool:
    # Words may be joined in the name that are apart in the list, and the other way round.
    spelled = {"".join(_words(secret)) for secret in secret_names}
    longest = max(map(len, spelled), default=0) + 1
    words = _words(name)
    suffixes = tuple(
        text + s for text in spelled if len(text) >= SHORTEST_SUFFIX for s in ("", "s")
    )
    for start in range(len(words)):
        if _ends_in_one(words, start, suffixes):
            return True
        text = ""
        for end in range(start, len(words)):
            text += words[end]
            if len(text) > longest:
                break
            if _is_spelled(text, spelled) and not _is_exempt(words, start, end, text):
                return True
    return False


def _ends_in_one(words: list[str], place: int, suffixes: tuple[str, ...]) -> bool:
    word = words[place]
    if not word.endswith(suffixes):
        return False
    after = [] if place == len(words) - 1 else [words[place + 1], words[-1]]
    for suffix in suffixes:
        is_end = word != suffix and word.endswith(suffix)
        if is_end and not _is_exempt([word.removesuffix(suffix), suffix, *after], 1, 1, suffix):
            return True
    return False


def _is_spelled(text: str, spelled: set[str]) -> bool:
    return text in spelled or (text.endswith("s") and text[:-1] in spelled)


def _is_exempt(words: list[str], start: int, end: int, text: str) -> bool:
    after = [*words[end + 1 : end + 2], words[-1]] if end + 1 < len(words) else []
    # Secrets by what they are for: "api_keys_by_name", but not "tokens_per_minute".
    is_mapping = after[:1] == ["by"] or (after[:1] == ["per"] and not text.startswith("token"))
    if after and not is_mapping and (after[0] in DESCRIBING or after[-1] in DESCRIBING):
        return True
    before = words[start - 1] if start else ""
    if text == "tokens":
        return before not in OF_ACCESS
    return text == "token" and before in OF_TEXT


def holds_something(value: Any) -> bool:
    """Tell whether there is anything to hide."""
    return not (value is None or isinstance(value, bool) or value in ("", [], {}))


def mask_urls(text: str, *, in_json: bool = False, is_cut: bool = False) -> str:
    """Return a text without the passwords of its URLs, of the last where it was cut off."""
    if "://" not in text:
        return text
    pattern = URL_PASSWORD_IN_JSON if in_json else URL_PASSWORD
    masked = pattern.sub(lambda found: f"{found[1]}{MASK}", text)
    if is_cut:
        pattern = URL_CUT_OFF_IN_JSON if in_json else URL_CUT_OFF
        masked = pattern.sub(lambda found: f"{found[1]}{MASK}", masked)
    return masked


def find_secret(value: Any, name: str | None = None) -> str | None:
    """Return the place of a secret in JSON, such as ``$.openai.api_key``, or None.

    Where the value's own ``name`` looks like a secret's that is ``$``.
    """
    if name is not None and is_secret_name(name):
        return "$" if holds_something(value) else None
    pending: list[tuple[str, Any]] = [("$", value)]
    while pending:  # no recursion: stored JSON may be nested deeper than Python's stack
        path, item = pending.pop()
        if isinstance(item, dict):
            for key, child in item.items():
                if is_secret_name(key) and holds_something(child):
                    return f"{path}.{key}"
                pending.append((f"{path}.{key}", child))
        elif isinstance(item, list):
            pending.extend((f"{path}[{index}]", child) for index, child in enumerate(item))
        elif isinstance(item, str) and mask_urls(item) != item:
            return path
    return None
