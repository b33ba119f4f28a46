"""Kinds of answer: how each is probed and judged, shared by the exercises that ask for it."""
