"""Grading: everything that happens where a student is not."""

import sys

# To check addresses, jsonschema imports a package that takes a second to do so; nothing here checks addresses.
sys.modules.setdefault("rfc3987_syntax", None)
