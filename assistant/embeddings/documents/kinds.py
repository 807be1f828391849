"""What a file is, by its name."""

from dataclasses import dataclass
from pathlib import PurePath

__all__ = ["Kind", "extension_of", "is_known_binary", "kind_of"]


@dataclass(frozen=True)
class Kind:
    """What ``knowledge_base`` keeps of a file's kind."""

    content_type: str
    language: str | None = None


TEXT = Kind("text")


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


# Extensions of source code, by language. Names as tree-sitter and Pygments have them.
LANGUAGES = {
    "bash": "sh bash zsh ksh",
    "c": "c h",
    "clojure": "clj cljs cljc",
    "cpp": "cc cpp cxx hh hpp hxx",
    "csharp": "cs",
    "css": "css scss less",
    "dart": "dart",
    "elixir": "ex exs",
    "erlang": "erl hrl",
    "fortran": "f90 f95",
    "go": "go",
    "groovy": "groovy gradle",
    "haskell": "hs",
    "java": "java",
    "javascript": "js jsx mjs cjs",
    "julia": "jl",
    "kotlin": "kt kts",
    "lua": "lua",
    "ocaml": "ml mli",
    "perl": "pl pm",
    "php": "php",
    "powershell": "ps1 psm1",
    "proto": "proto",
    "python": "py pyi pyw",
    "r": "r",
    "ruby": "rb",
    "rust": "rs",
    "scala": "scala sc",
    "sql": "sql",
    "swift": "swift",
    "typescript": "ts mts cts",
    "tsx": "tsx",
    "vue": "vue",
    "zig": "zig",
    "dockerfile": "dockerfile",
    "make": "mk makefile",
    "cmake": "cmake",
    "hcl": "tf hcl",
    "json": "json",
    "toml": "toml",
    "yaml": "yaml yml",
}

# Names that say what files without an extension are.
NAMES = {
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "makefile": "make",
    "gnumakefile": "make",
    "cmakelists.txt": "cmake",
    "rakefile": "ruby",
    "gemfile": "ruby",
    "jenkinsfile": "groovy",
}

KINDS = {
    **{
        extension: Kind("code", language)
        for language, extensions in LANGUAGES.items()
        for extension in words(extensions)
    },
    **dict.fromkeys(words("md markdown mdown mkd mdx qmd rmd"), Kind("markdown")),
    **dict.fromkeys(words("html htm xhtml"), Kind("html")),
    **dict.fromkeys(words("txt text rst adoc asciidoc org tex log csv tsv"), TEXT),
    "pdf": Kind("pdf"),
    **dict.fromkeys(
        words("docx docm pptx pptm xlsx xlsm doc ppt xls odt odp ods rtf"), Kind("office")
    ),
}

# Not opened in a folder, since they are never text.
BINARIES = words(
    """
    7z a aac ai apk ar arrow avi avif bak bin bmp br bz2 cab class com cur dat db deb dll dmg
    dylib egg eot eps exe fig flac gif gz heic icns ico img iso jar jpeg jpg lib lz4
    lzma m4a m4v mid mkv mo mov mp3 mp4 mpeg mpg msi mxd nib npy npz o obj odg
    ogg ogv onnx opus otf parquet pdb pickle pkl png psd pt pyc pyd pyo rar rpm
    safetensors snap so sqlite sqlite3 swp tar tgz tif tiff ttc ttf war wasm wav webm webp whl
    wma wmv woff woff2 xz zip zst
    """
)


def extension_of(path: PurePath) -> str:
    """Return the extension in lower case, without its dot; "" where there is none."""
    return path.suffix[1:].lower()


def kind_of(path: PurePath) -> Kind | None:
    """Return what the name says, or None where it says nothing."""
    if language := NAMES.get(path.name.lower()):
        return Kind("code", language)
    return KINDS.get(extension_of(path))


def is_known_binary(path: PurePath) -> bool:
    """Return whether the name says that the file holds no text."""
    return extension_of(path) in BINARIES
