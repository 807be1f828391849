"""The PostgreSQL data backend of an AI assistant, as reusable Django apps.

Imports go down only, and import-linter enforces it:

    demo > embeddings > conversations > accounts | settings > db > conf

``config`` (outside this package) hosts the apps; nothing in here imports it. The user is always
``settings.AUTH_USER_MODEL``, never ``assistant.accounts``.
"""
