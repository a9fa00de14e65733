"""Bytes to plain records and back; knows no graph.

Each module reads and writes one kind of file. A file that is damaged or
hostile raises a `FormatError` (see `errors`), before memory is allocated for
sizes that the file merely claims.
"""
