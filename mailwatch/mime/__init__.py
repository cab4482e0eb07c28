"""Bytes to ``Message`` and back."""
