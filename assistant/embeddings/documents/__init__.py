"""From files to documents: finding, reading and storing them, and writing their chunks."""
