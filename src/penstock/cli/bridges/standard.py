"""Python's own library: names and modules that went between 3.3 and 3.13."""

from __future__ import annotations

import importlib

from penstock.cli.bridges import Absent, Bridge, add

ABSTRACT = (
    "Callable Container Hashable ItemsView Iterable Iterator KeysView Mapping"
    " MappingView MutableMapping MutableSequence MutableSet Sequence Set Sized"
    " ValuesView"
).split()


def collections(module):
    abc = importlib.import_module("collections.abc")
    for name in ABSTRACT:
        if name not in vars(module):
            setattr(module, name, getattr(abc, name))


def time(module):
    """`time.clock`, removed in 3.8: processor seconds, as it was outside Windows."""
    add(module, {"clock": lambda: module.process_time})


def inspect(module):
    """`inspect.getargspec`, removed in 3.11."""
    names = "args varargs keywords defaults"
    ArgSpec = importlib.import_module("collections").namedtuple("ArgSpec", names)

    def getargspec(func):
        return ArgSpec(*module.getfullargspec(func)[:4])

    add(module, {"ArgSpec": lambda: ArgSpec, "getargspec": lambda: getargspec})


def fractions(module):
    add(module, {"gcd": lambda: importlib.import_module("math").gcd})


def base64(module):
    add(module, {"encodestring": lambda: module.encodebytes})
    add(module, {"decodestring": lambda: module.decodebytes})


def operating_system(module):
    add(module, {"errno": lambda: importlib.import_module("errno")})


def imp(module):
    """The old import functions, removed in 3.12."""
    module.reload = importlib.reload

    def load_source(name, pathname, file=None):
        util = importlib.import_module("importlib.util")
        sys = importlib.import_module("sys")
        spec = util.spec_from_file_location(name, pathname)
        loaded = util.module_from_spec(spec)
        sys.modules[name] = loaded
        spec.loader.exec_module(loaded)
        return loaded

    module.load_source = load_source


def distutils(module):
    """Only `distutils.version` is used by programs of this kind."""


def distutils_version(module):
    """`LooseVersion`, compared by its numbers and words."""
    re = importlib.import_module("re")
    total_ordering = importlib.import_module("functools").total_ordering

    @total_ordering
    class LooseVersion:
        def __init__(self, text=""):
            self.vstring = str(text)
            parts = re.findall(r"\d+|[a-z]+", self.vstring)
            self.version = [int(p) if p.isdigit() else p for p in parts]

        def __eq__(self, other):
            return self.version == _version(other).version

        def __lt__(self, other):
            pairs = zip(self.version, _version(other).version, strict=False)
            for mine, theirs in pairs:
                if mine != theirs:
                    if type(mine) is type(theirs):
                        return mine < theirs
                    return isinstance(mine, str)
            return len(self.version) < len(_version(other).version)

        def __str__(self):
            return self.vstring

        def __repr__(self):
            return f"LooseVersion ('{self.vstring}')"

    def _version(value):
        return value if isinstance(value, LooseVersion) else LooseVersion(value)

    module.LooseVersion = module.StrictVersion = LooseVersion


def c_element_tree(module):
    tree = importlib.import_module("xml.etree.ElementTree")
    vars(module).update({n: getattr(tree, n) for n in dir(tree) if n[0] != "_"})


BRIDGES = [
    Bridge("collections", "collections.Mapping, Iterable, ...", collections),
    Bridge("time", "time.clock", time),
    Bridge("inspect", "inspect.getargspec", inspect),
    Bridge("fractions", "fractions.gcd", fractions),
    Bridge("base64", "base64.encodestring, decodestring", base64),
    Bridge("os", "os.errno", operating_system),
]
ABSENT = [
    Absent("imp", "imp.reload, imp.load_source", imp),
    Absent("distutils", "distutils", distutils),
    Absent("distutils.version", "distutils.version.LooseVersion", distutils_version),
    Absent("xml.etree.cElementTree", "xml.etree.cElementTree", c_element_tree),
]
