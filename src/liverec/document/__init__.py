"""The contract as data: the OpenAPI document, loaded, checked and typed."""

from liverec.document.document import Document, ErrorCode, load_document
from liverec.document.node import DocumentError

__all__ = ["Document", "DocumentError", "ErrorCode", "load_document"]
