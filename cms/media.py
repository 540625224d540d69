"""Serves uploads where no nginx stands in front: the embedded site and the tests."""

import re
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.views.static import serve

# The most that one answer holds: a player asks for the next part by itself.
LARGEST_PART = 4 * 1024 * 1024
ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte to answer a Range header with; None where the whole file is the right answer.

    ValueError when it asks for bytes that the file does not have.
    """
    match = ONE_RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    start, end = match.groups()
    if not start:
        first, last = max(size - int(end), 0), size - 1
    else:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
    if first >= size or first > last:
        raise ValueError(header)
    return first, min(last, first + LARGEST_PART - 1)


def serve_media(request: HttpRequest, path: str) -> HttpResponseBase:
    """An upload, or the part of it that was asked for: a video can only be wound where parts are served."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    # An uploaded drawing may hold a script; opened on its own it must not run as a page of this site.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    if not isinstance(response, FileResponse):
        return response
    response["Accept-Ranges"] = "bytes"
    size = int(response["Content-Length"])
    try:
        wanted = byte_range(request.headers.get("Range", ""), size)
    except ValueError:
        close_file(response)
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    return response if wanted is None else part(response, Path(settings.MEDIA_ROOT) / path, *wanted, size)


def part(whole: FileResponse, path: Path, first: int, last: int, size: int) -> HttpResponseBase:
    close_file(whole)
    partial = HttpResponse(status=206, headers=dict(whole.items()))
    with path.open("rb") as file:
        file.seek(first)
        partial.content = file.read(last - first + 1)
    partial["Content-Length"] = str(last - first + 1)
    partial["Content-Range"] = f"bytes {first}-{last}/{size}"
    return partial


def close_file(response: FileResponse) -> None:
    """Close the file alone: closing the answer would tell Django that the request is over."""
    if response.file_to_stream is not None:
        response.file_to_stream.close()
