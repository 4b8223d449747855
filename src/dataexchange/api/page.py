"""The frame of every page this door serves: one style sheet of our own, allowed by its hash; nothing runs, nothing is loaded."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from fastapi.responses import HTMLResponse

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}"
    "a{color:#0b4f8a}code{background:#f2f2f2;padding:.1rem .3rem;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ccc}"
    "caption{text-align:left;font-weight:600;padding:.3rem .6rem}a:focus{outline:3px solid #f5a800}"
)

_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page(title: str, main: str) -> HTMLResponse:
    """`main` is HTML whose texts the caller has escaped; `title` is plain text."""
    html = f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>
<style>{_STYLE}</style></head>
<body>
<main>
{main}
</main>
</body>
</html>
"""
    return HTMLResponse(html, headers=_HEADERS)
