"""Measuring search: questions, judgements of what answers them, and figures."""
