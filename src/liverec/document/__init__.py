"""The contract as data: the OpenAPI document, loaded, checked and typed."""

from liverec.document.breaking import breaking_changes
from liverec.document.difference import Difference
from liverec.document.document import Document, ErrorCode, document_file, load_document
from liverec.document.node import DocumentError

__all__ = ["Difference", "Document", "DocumentError", "ErrorCode", "breaking_changes", "document_file", "load_document"]
