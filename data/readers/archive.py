"""ZIP archives that hold documents: what they would cost is checked before anything is unpacked."""

import io
import zipfile
import zlib
from dataclasses import dataclass

from ..errors import ReadError

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
"""What `zipfile` raises for archives that break the format."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may declare: entries and the bytes of all of them unpacked; for a single one that is read, its bytes
    and, where those are more than a megabyte, their ratio to its packed bytes.
    """

    entries: int = 10_000
    total: int = 256_000_000
    member: int = 32_000_000
    ratio: int = 200


class Archive:
    """An opened archive whose entries are read by name."""

    def __init__(self, data: bytes, *, limits: ArchiveLimits = ArchiveLimits()) -> None:
        """Open an archive. Raises `ReadError` (codes `damaged`, `encrypted`, `too_large`)."""
        self._limits = limits
        if data.count(b"PK\1\2") > limits.entries:
            raise ReadError(
                f"the archive has more than {limits.entries} entries; a policy's document is wanted", code="too_large"
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGE as error:
            raise _damaged() from error
        self._infos = {info.filename: info for info in self._zip.infolist()}
        self._check()

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def read(self, name: str) -> bytes:
        """Return an entry's bytes.

        Raises `KeyError` if there is none, and `ReadError` (codes `damaged`, `too_large`, `zip_bomb`).
        """
        info = self._infos[name]
        if info.file_size > 1_000_000 and info.file_size > self._limits.ratio * info.compress_size:
            message = f"{name} in the file unpacks to more than {self._limits.ratio} times its size; it is no document"
            raise ReadError(message, code="zip_bomb")
        if info.file_size > self._limits.member:
            size, most = info.file_size // 1_000_000, self._limits.member // 1_000_000
            raise ReadError(f"{name} in the file takes {size} MB, more than the {most} MB allowed; split it", code="too_large")
        try:
            return self._zip.read(info)
        except _DAMAGE as error:
            raise _damaged() from error

    def _check(self) -> None:
        infos = self._zip.infolist()
        total = sum(info.file_size for info in infos)
        if total > self._limits.total:
            most = self._limits.total // 1_000_000
            raise ReadError(
                f"unpacked, the file takes {total // 1_000_000} MB, more than the {most} MB allowed", code="too_large"
            )
        if any(info.flag_bits & 1 for info in infos):
            raise ReadError("the file is encrypted; save it without a password", code="encrypted")


def _damaged() -> ReadError:
    return ReadError("the file is a damaged ZIP archive; copy or save it again, whole", code="damaged")
