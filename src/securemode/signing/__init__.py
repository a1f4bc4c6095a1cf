"""Signatures of persons over what a run left: made, read, and traced to an authority."""
