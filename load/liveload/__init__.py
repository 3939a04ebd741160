"""Load that also judges: everything in this project that touches Locust."""
