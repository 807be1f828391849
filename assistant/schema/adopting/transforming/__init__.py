"""Making our tables of those that the SQL files made, in place.

Grants, owners, comments, and what others' tables and views refer to stay as they are. The result
is what ``MIGRATIONS`` of the stage make, whichever migrations come later.
"""

from assistant.schema.adopting.transforming.history import SET_ASIDE, set_aside_history
from assistant.schema.adopting.transforming.stages import MIGRATIONS, PREREQUISITES, Stage
from assistant.schema.adopting.transforming.summary import Summary, TableSummary
from assistant.schema.adopting.transforming.transformation import transform
from assistant.schema.adopting.transforming.vectors import ARRAYS

__all__ = [
    "ARRAYS",
    "MIGRATIONS",
    "PREREQUISITES",
    "SET_ASIDE",
    "Stage",
    "Summary",
    "TableSummary",
    "set_aside_history",
    "transform",
]
