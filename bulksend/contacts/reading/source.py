"""The bytes of a contacts file: surveyed once, then read again and again, each time verified.

The file is held open. The survey notes a digest of every block; a later pass that meets other bytes
stops before anything made of them is handed out.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from bulksend import errors, portable
from bulksend.contacts.reading import code_pages, dialect, disguise, undecodable
from bulksend.frozen import frozen
from bulksend.setting_names import Setting

#: What is in memory while sending grows with it: 8 MB took 250 MB more and was no faster.
BLOCK_BYTES = 1 << 20
#: A workbook is held whole while it is read; 100,000 rows of four columns take 2 MB.
WORKBOOK_MAX_BYTES = 128 << 20
#: Ctrl-Z, with which old programs end a text.
_END_OF_FILE = b"\x1a"


@frozen(kw_only=False)
class Survey:
    """What one pass over all bytes shows."""

    size_bytes: int
    encoding: code_pages.Recognised
    #: A zip archive, as workbooks are.
    zipped: bool
    #: No line feed anywhere, but carriage returns.
    cr_only: bool
    block_digests: tuple[bytes, ...]


def open_file(path: Path) -> int:
    """A descriptor of a readable file. Raises ContactsError saying what is wrong and what to do."""
    try:
        descriptor = os.open(
            path, os.O_RDONLY | portable.CLOEXEC | portable.NONBLOCK | portable.BINARY
        )
    except FileNotFoundError:
        raise _unusable(path, "there is no such file", "check the name and the folder") from None
    except OSError as failure:
        raise _unusable(path, f"cannot be opened: {failure.strerror}", "check its rights") from None
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise _unusable(path, "is a folder", "name the contacts file in it")
    raise _unusable(path, "is no ordinary file", "save the contacts to a file first")


def survey(
    path: Path, descriptor: int, encoding: str | None = None, fallback: str | None = None
) -> Survey:
    """Pass over all bytes once; `encoding` is the person's word, and `fallback` too where
    the file is no Unicode. Raises ContactsError for what is
    no text.
    """
    head = portable.read_at(descriptor, 64 << 10, 0)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise _unusable(path, "the file is empty", "fill it: a line of column names, then rows")
    if what := disguise.of(head):
        if _is_locked(descriptor, what):
            raise _unusable(path, "is a workbook protected by a password", "save it without")
        raise _unusable(path, f"is {what}, not a CSV file", disguise.WAY_OUT)
    if not dialect.utf_encoding(head) and disguise.is_no_text(head):
        raise _unusable(path, "holds no text but bytes of another kind", disguise.WAY_OUT)
    digests, size = [], 0
    check, lf, cr = _Utf8Check(), False, False
    for block in _raw_blocks(descriptor):
        digests.append(_digest(block))
        check.feed(block)
        lf, cr = lf or b"\n" in block, cr or b"\r" in block
        size += len(block)
    zipped = head.startswith(disguise.ZIP)
    unicode = dialect.utf_encoding(head) or ("utf-8" if zipped or check.ended_well() else "")
    if encoding and not zipped:
        recognised = code_pages.named(encoding)
    elif unicode:
        recognised = code_pages.Recognised(encoding=unicode)
    else:
        recognised = code_pages.recognise(_raw_blocks(descriptor))
        if fallback and recognised.encoding != "utf-8":
            recognised = code_pages.named(fallback)
    return Survey(size, recognised, zipped, cr and not lf, tuple(digests))


def _is_locked(descriptor: int, what: str) -> bool:
    """A workbook with a password is wrapped in the same container as an old Excel file."""
    wrapped = "EncryptedPackage".encode("utf-16-le")
    return "Excel" in what and any(wrapped in block for block in _raw_blocks(descriptor))


class _Utf8Check:
    """Whether all bytes are UTF-8: a Windows-1252 byte may be the last one of a gigabyte."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._valid = True

    def feed(self, block: bytes) -> None:
        """The next bytes."""
        if block.isascii() and not self._decoder.getstate()[0]:
            return
        if self._valid:
            try:
                self._decoder.decode(block)
            except UnicodeDecodeError:
                self._valid = False

    def ended_well(self) -> bool:
        """After the last bytes."""
        if self._valid:
            try:
                self._decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                self._valid = False
        return self._valid


def sha256(path: Path, descriptor: int, surveyed: Survey) -> str:
    """Of all bytes as surveyed, in hexadecimal. Raises ContactsError where the file has changed."""
    whole = hashlib.sha256()
    for block in _verified(path, descriptor, surveyed):
        whole.update(block)
    return whole.hexdigest()


def whole(path: Path, descriptor: int, surveyed: Survey) -> bytes:
    """All bytes as surveyed. Raises ContactsError where the file has changed or is too large."""
    if surveyed.size_bytes > WORKBOOK_MAX_BYTES:
        raise _unusable(path, "is too large for a workbook", "save it as CSV (UTF-8)")
    return b"".join(_verified(path, descriptor, surveyed))


def _verified(path: Path, descriptor: int, surveyed: Survey) -> Iterator[bytes]:
    """Block by block, each compared with the survey before it is handed out."""
    size = 0
    for number, block in enumerate(_raw_blocks(descriptor)):
        if (
            number >= len(surveyed.block_digests)
            or _digest(block) != surveyed.block_digests[number]
        ):
            raise changed(path)
        size += len(block)
        yield block
    if size != surveyed.size_bytes:
        raise changed(path)


def utf8_blocks(path: Path, descriptor: int, surveyed: Survey) -> Iterator[bytes]:
    """The text as UTF-8 with LF for CR-only lines, block by block, without its BOM and without the
    Ctrl-Z at its end.

    A byte without a meaning becomes a mark of `undecodable`. Raises ContactsError where the file
    has changed, or is nothing that this encoding ever makes.
    """
    encoding = surveyed.encoding
    plain = encoding.encoding == "utf-8" and not encoding.damaged
    decoder = codecs.getincrementaldecoder(encoding.encoding)(undecodable.HANDLER)
    for number, block in enumerate(_verified(path, descriptor, surveyed)):
        final = number == len(surveyed.block_digests) - 1
        text = block if plain else _decoded(path, decoder, block, final)
        if not number:
            text = _without_bom(text)
        if final and text.rstrip(b"\r\n\0").endswith(_END_OF_FILE):
            text = text.rstrip(b"\r\n\0" + _END_OF_FILE) + b"\n"
        yield text.replace(b"\r", b"\n") if surveyed.cr_only else text


def _decoded(path: Path, decoder: codecs.IncrementalDecoder, block: bytes, final: bool) -> bytes:
    try:
        return decoder.decode(block, final).encode(errors="replace")
    except UnicodeError as failure:
        raise _unusable(
            path,
            f"is not in the encoding that was named: {failure}",
            f"leave {Setting.ENCODING} away, or name another",
        ) from None


def _without_bom(text: bytes) -> bytes:
    """Files put together by programs have two of them."""
    while text.startswith(codecs.BOM_UTF8):
        text = text.removeprefix(codecs.BOM_UTF8)
    return text


def _raw_blocks(descriptor: int) -> Iterator[bytes]:
    offset = 0
    while block := portable.read_at(descriptor, BLOCK_BYTES, offset):
        offset += len(block)
        yield block


def _digest(block: bytes) -> bytes:
    return hashlib.sha256(block).digest()


def changed(path: Path) -> errors.ContactsError:
    """The file is not any more what was surveyed."""
    return errors.ContactsError(
        f"{path}: the file changed while it was being read",
        hint="close it in the spreadsheet program and put it back as it was",
        code="contacts_changed",
    )


def _unusable(path: Path, fault: str, hint: str) -> errors.ContactsError:
    return errors.ContactsError(f"{path}: {fault}", hint=hint, code="contacts_unusable")
