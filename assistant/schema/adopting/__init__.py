"""Take over a database that was made by the SQL files 001 to 003.

``origins`` says what the files make, ``catalog`` reads what is there, ``databases``,
``differences``, ``obstacles``, ``rows`` and ``vectors`` compare the two; ``inspection`` puts what
they find together. Nothing of it changes the database. ``takeover`` does, in one transaction.
"""
