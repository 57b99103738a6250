"""Tests in a real browser, and the assessments they open."""
