"""Twinbook: two trading books, paper and live, that can never touch."""
