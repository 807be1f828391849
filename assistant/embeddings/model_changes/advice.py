"""Commands as people may type what they are advised to."""

from shlex import quote

__all__ = ["embed_command", "step_command"]


def step_command(step: str, name: str, *options: str) -> str:
    """Return a step of ``embedding_model``, also with a model whose name looks like an option."""
    words = [*options, "--", quote(name)] if name.startswith("-") else [quote(name), *options]
    return " ".join(["manage.py embedding_model", step, *words])


def embed_command(name: str, *options: str) -> str:
    """Return ``embed`` for one model."""
    between = "=" if name.startswith("-") else " "
    return " ".join([f"manage.py embed --model{between}{quote(name)}", *options])
