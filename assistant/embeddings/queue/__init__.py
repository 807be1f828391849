"""Working off the queue of texts that wait for their vectors.

Workers take rows by a lease, read and split what they name, compute the vectors that are not
there yet, and store them. No worker ever waits for a row that somebody else has locked, so none
can be part of a deadlock; what it cannot have now it takes a second later.

Lock order of storing: the table of chunks, the embedding model, conversations, messages or
documents, the queue's rows; each sorted.
"""
