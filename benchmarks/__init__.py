"""What the database's guarantees cost, against named peers.

One module a workload: ``python -m benchmarks.copy_messages``; ``python -m benchmarks`` runs all.
Each makes a database of its own on the server that the project's settings name and drops it.
Speeds differ between machines and minutes, so what counts is the ratio of contenders that took
turns within one run.
"""
