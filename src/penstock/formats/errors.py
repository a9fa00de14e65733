"""The ways in which a file can be bad, one error each."""

from __future__ import annotations


class FormatError(ValueError):
    """A file or message does not hold what its format demands."""


class NotThisFormatError(FormatError):
    """The bytes are no file of the expected kind (wrong magic number)."""


class TruncatedError(FormatError):
    """The file ends before the record that it announces."""


class ChecksumError(FormatError):
    """Stored and computed checksums differ: the bytes were changed."""


class LimitError(FormatError):
    """A length or count is larger than the file, or than we accept, allows."""


class MalformedError(FormatError):
    """Fields contradict each other or can't be decoded."""


class UnsupportedFormatError(FormatError):
    """Well-formed, but uses a feature that Penstock does not read."""


class MissingEntryError(FormatError, KeyError):
    """The file has no entry of that name."""

    def __str__(self) -> str:
        # KeyError shows the repr of its message; a reader wants the sentence.
        return str(self.args[0]) if self.args else ""
