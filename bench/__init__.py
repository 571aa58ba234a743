"""Benchmarks: figures as ratios to something measured beside them. See bench/README.md."""
