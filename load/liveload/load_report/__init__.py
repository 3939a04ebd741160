"""What a load run concluded, as a page of its own and as a section of the one that Locust writes."""

from liveload.load_report.html import as_html, as_section, with_section, write_html
from liveload.load_report.load_report import LoadReport, Worker

__all__ = ["LoadReport", "Worker", "as_html", "as_section", "with_section", "write_html"]
