"""Multipart forms, for the few routes that take a file; the body is already whole and bounded."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from service.body import Form, Upload, clean_text
from service.errors import Malformed

MAX_FILES = 3


async def parse_multipart(content_type: str, body: bytes, max_fields: int) -> Form:
    """Fields and files. Raises Malformed for anything the parser or our text rules refuse."""

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(
        Headers({"content-type": content_type}),
        whole(),
        max_files=MAX_FILES,
        max_fields=max_fields,
        max_part_size=max(len(body), 1),
    )
    try:
        data = await parser.parse()
    except (MultiPartException, KeyError, UnicodeError):
        raise Malformed("multipart") from None
    pairs: list[tuple[str, str]] = []
    uploads: dict[str, Upload] = {}
    for name, value in data.multi_items():
        clean_name = clean_text(name.encode("utf-8", "surrogatepass"))
        if isinstance(value, UploadFile):
            file_name = clean_text((value.filename or "").encode("utf-8", "surrogatepass"))
            content = await value.read()
            await value.close()
            if clean_name in uploads:
                raise Malformed("repeated_parameter")
            uploads[clean_name] = Upload(file_name, value.content_type or "", content)
        else:
            pairs.append((clean_name, clean_text(value.encode("utf-8", "surrogatepass"))))
    return Form(tuple(pairs), uploads)
