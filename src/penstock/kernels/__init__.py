"""Faster bodies for one platform, put beside the op's own in the table.

Importing this package attaches them; nothing is compiled or loaded before an op that
has one is lowered.
"""

from importlib import import_module

for _name in ("conv", "pool", "product", "random", "recurrence"):
    import_module(f"{__name__}.{_name}")
