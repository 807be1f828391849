"""Makes the screenshots of the README and the documentation, in ``docs/images/``.

    python -m tests.browser.screenshots [name ...]

Runs the server in a scratch database (on ``DATABASE_URL``'s server, else on an embedded one of its
own) that holds the demo data, and photographs its pages in Chromium: all of them, or those named.
"""
