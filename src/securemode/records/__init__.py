"""Parsers of what was written down of a deployment: text or bytes in, frozen values out."""
