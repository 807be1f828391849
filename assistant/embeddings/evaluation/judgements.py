"""Which documents answer which questions, and how well.

TREC's ``query iteration document grade``, with spaces or tabs, or BEIR's ``query document grade``
with a header. With tabs a document's id may have spaces, as titles do.
"""

from assistant.embeddings.evaluation.files import FileError, lines_of, quoted

__all__ = ["Judgements", "read_judgements"]

# The grade of each document judged, by question.
Judgements = dict[str, dict[str, int]]

EXPECTED = (
    'four columns "question iteration document grade", or three columns "question document grade", '
    "with spaces or tabs between them, are expected"
)
# What the last column of a header is called.
HEADERS = {"score", "grade", "rel", "relevance", "label", "judgement", "judgment"}
MAX_GRADE = 1_000_000


def read_judgements(path: str) -> Judgements:
    """Return the grades by question and document."""
    judgements: Judgements = {}
    for line, text in lines_of(path):
        columns = _columns(text)
        if line == 1 and columns[-1].casefold() in HEADERS:
            continue
        if len(columns) not in (3, 4) or not all(columns):
            problem = f"{quoted(text)} has {len(columns)} columns: {EXPECTED}."
            raise FileError(path, problem, line=line)
        query, document, grade = columns[0], columns[-2], _grade(columns[-1])
        if grade is None:
            problem = f"the grade is {quoted(columns[-1])}: a whole number such as 0 or 1, the "
            raise FileError(path, problem + "higher the more relevant, is expected.", line=line)
        grades = judgements.setdefault(query, {})
        if grades.setdefault(document, grade) != grade:
            problem = (
                f"{quoted(document)} has the grade {grade} for question {query}, and "
                f"{grades[document]} in an earlier line: one of them has to go."
            )
            raise FileError(path, problem, line=line)
    if not judgements:
        raise FileError(path, f"it has no judgements: {EXPECTED}.")
    return judgements


def _columns(text: str) -> list[str]:
    if text.count("\t") in (2, 3):
        return [column.strip() for column in text.split("\t")]
    return text.split() or [""]


def _grade(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    # NaN is not within the bounds.
    return int(number) if abs(number) <= MAX_GRADE and number == int(number) else None
