"""What a run concluded, told four ways: on the terminal, as HTML, as JSON and as JUnit XML."""

from liverec.report.html import as_html, write_html
from liverec.report.json_result import as_json, json_text, write_json
from liverec.report.junit import junit_text, write_junit
from liverec.report.progress import Progress
from liverec.report.terminal import print_result

__all__ = [
    "Progress",
    "as_html",
    "as_json",
    "json_text",
    "junit_text",
    "print_result",
    "write_html",
    "write_json",
    "write_junit",
]
