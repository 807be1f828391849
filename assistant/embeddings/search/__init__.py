"""Search over what was said and what is known, by meaning and by words.

from assistant.embeddings.search import search

for hit in search("How do refunds work?", user=request.user):
    print(hit.score, hit.source, hit.marked())
"""

from assistant.embeddings.search.events import record_opened, record_rating
from assistant.embeddings.search.filters import register_filter, unregister_filter
from assistant.embeddings.search.hits import Hit, Hits
from assistant.embeddings.search.searching import search

__all__ = [
    "Hit",
    "Hits",
    "record_opened",
    "record_rating",
    "register_filter",
    "search",
    "unregister_filter",
]
