"""``/docs``: the OpenAPI document, rendered and raw; nothing is fetched from elsewhere."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from liverec.document import Document
from liverec.reference.answers import Answer, content, plain_json

PATHS = frozenset(
    {"/docs", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/page.js", "/openapi.json", "/openapi.yaml"}
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Recording control: reference server</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/page.js"></script>
</body>
</html>
"""
_SCRIPT = """SwaggerUIBundle({url: "/openapi.json", dom_id: "#page", validatorUrl: null, deepLinking: true});\n"""
# what Swagger UI draws: its icons are data: addresses, its styles are set by script
_POLICY = (
    b"Content-Security-Policy",
    b"default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
)


def answer_documentation(path: str, document: Document) -> Answer:
    """Answer a GET of one of PATHS."""
    match path:
        case "/docs":
            return content(200, _PAGE.encode(), "text/html; charset=utf-8", _POLICY)
        case "/docs/page.js":
            return content(200, _SCRIPT.encode(), "text/javascript; charset=utf-8")
        case "/docs/swagger-ui-bundle.js":
            return content(200, _swagger_ui("swagger-ui-bundle.js"), "text/javascript; charset=utf-8")
        case "/docs/swagger-ui.css":
            return content(200, _swagger_ui("swagger-ui.css"), "text/css; charset=utf-8")
        case "/openapi.json":
            return plain_json(200, _served_here(document))
        case _:
            text = yaml.safe_dump(_served_here(document), sort_keys=False, allow_unicode=True, width=120)
            return content(200, text.encode(), "application/yaml; charset=utf-8")


def _served_here(document: Document) -> dict[str, Any]:
    """Return the document with this server as its only one, so that "Try it out" works."""
    return {**document.raw, "servers": [{"url": "/"}]}


@cache
def _swagger_ui(name: str) -> bytes:
    vendor = files("swagger_ui_bundle") / "vendor"
    version = max(vendor.iterdir(), key=lambda folder: folder.name)
    return (version / name).read_bytes()
