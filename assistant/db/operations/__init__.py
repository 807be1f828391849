"""Migration operations: SQL files, foreign keys, indexes, batches, the vector extension, refusals.

Each does nothing where the router says no or where the model is swapped for the host's own.
"""

from assistant.db.operations.batches import UpdateInBatches
from assistant.db.operations.extensions import CreateVectorExtension
from assistant.db.operations.foreign_keys import AddForeignKey
from assistant.db.operations.indexes import AddIndexConcurrently
from assistant.db.operations.refusals import RefuseReverse
from assistant.db.operations.sql_files import RunSQLFile

__all__ = [
    "AddForeignKey",
    "AddIndexConcurrently",
    "CreateVectorExtension",
    "RefuseReverse",
    "RunSQLFile",
    "UpdateInBatches",
]
