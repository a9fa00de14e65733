"""The op table: each op's shape rule, body and gradient side by side.

Importing this package fills `penstock.ir.op.TABLE`.
"""

from importlib import import_module
from pkgutil import iter_modules

for _found in iter_modules(__path__):
    import_module(f"{__name__}.{_found.name}")
