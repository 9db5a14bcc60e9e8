"""How much of an upload is taken at all: the rest of a file that is too large is not read."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from catalog import archives, sheets

SLACK = 64 * 1024  # what stands around the file in the request
# By the name of the field; all the others together hold pictures and papers.
MOST = {"table": sheets.MOST_BYTES, "archive": archives.MOST_BYTES}
OTHERS = 80 * 1024 * 1024


class Limited(FileUploadHandler):
    """Stops at a file that is too large, by what the request says or by what really comes.

    `request.too_large` then holds how many bytes were allowed, and no file is there.
    """

    length = seen = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  Django's name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        self.length = content_length

    def new_file(self, *file: Any, **more: Any) -> None:
        super().new_file(*file, **more)
        if self.length > self._most() + SLACK:
            self._stop()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.seen += len(raw_data)
        if self.seen > self._most():
            self._stop()
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

    def _most(self) -> int:
        return MOST.get(str(self.field_name), OTHERS)

    def _stop(self) -> None:
        assert self.request is not None, "handlers are made for a request"
        self.request.too_large = self._most()  # type: ignore[attr-defined]
        raise StopUpload(connection_reset=True)
