"""Modules and names of Python 2's library that Python 3 moved or dropped.

They are there for converted programs only, through their own `__import__`.
"""

from __future__ import annotations

import importlib
import sys
import types

# Python 2's module -> Python 3's. Several: their names together.
MOVED = {
    "BaseHTTPServer": "http.server",
    "CGIHTTPServer": "http.server",
    "ConfigParser": "configparser",
    "Cookie": "http.cookies",
    "HTMLParser": "html.parser",
    "Queue": "queue",
    "SimpleHTTPServer": "http.server",
    "SocketServer": "socketserver",
    "StringIO": "io",
    "Tkinter": "tkinter",
    "UserDict": "collections",
    "__builtin__": "builtins",
    "cPickle": "pickle",
    "cStringIO": "io",
    "commands": "subprocess",
    "cookielib": "http.cookiejar",
    "copy_reg": "copyreg",
    "dummy_thread": "_thread",
    "exceptions": "builtins",
    "htmlentitydefs": "html.entities",
    "httplib": "http.client",
    "robotparser": "urllib.robotparser",
    "thread": "_thread",
    "tkFileDialog": "tkinter.filedialog",
    "tkMessageBox": "tkinter.messagebox",
    "urllib2": "urllib.request urllib.error urllib.parse",
    "urlparse": "urllib.parse",
    "xmlrpclib": "xmlrpc.client",
}


def _join(words, sep=" "):
    return sep.join(words)


def _load_pickle(file, encoding="latin1", **kwargs):
    """Python 2's pickles hold byte strings; `encoding` reads them as NumPy needs."""
    import pickle

    return pickle.load(getattr(file, "buffer", file), encoding=encoding, **kwargs)


def _loads_pickle(data, encoding="latin1", **kwargs):
    import pickle

    return pickle.loads(data, encoding=encoding, **kwargs)


def _dump_pickle(value, file, protocol=2):
    import pickle

    pickle.dump(value, getattr(file, "buffer", file), protocol)


def _string(name):
    return lambda text, *args: getattr(text, name)(*args)


def _from(module, name):
    return lambda: getattr(importlib.import_module(module), name)


def _value(value):
    return lambda: value


PICKLE = {
    "load": _value(_load_pickle),
    "loads": _value(_loads_pickle),
    "dump": _value(_dump_pickle),
}
# Names of one legacy module beside those of its successor.
BESIDE = {
    "cPickle": PICKLE,
    "UserDict": {"DictMixin": _from("collections.abc", "MutableMapping")},
}

# Module -> name -> where it comes from: added where the module lacks the name.
GONE = {
    "itertools": {
        "ifilter": _value(filter),
        "imap": _value(map),
        "izip": _value(zip),
        "izip_longest": _from("itertools", "zip_longest"),
        "ifilterfalse": _from("itertools", "filterfalse"),
    },
    "operator": {
        "div": _from("penstock.cli.python2.namespace", "divide"),
        "isCallable": _value(callable),
    },
    "os": {"getcwdu": _from("os", "getcwd"), "errno": lambda: _module("errno")},
    "string": {
        "atof": _value(float),
        "atoi": _value(int),
        "find": _value(_string("find")),
        "join": _value(_join),
        "letters": _from("string", "ascii_letters"),
        "lower": _value(_string("lower")),
        "lowercase": _from("string", "ascii_lowercase"),
        "maketrans": _value(str.maketrans),
        "replace": _value(_string("replace")),
        "split": _value(_string("split")),
        "strip": _value(_string("strip")),
        "upper": _value(_string("upper")),
        "uppercase": _from("string", "ascii_uppercase"),
    },
    "sys": {
        "exc_clear": _value(lambda: None),
        "maxint": _value(2**63 - 1),
        "setdefaultencoding": _value(lambda name: None),
    },
    "types": {
        "ClassType": _value(type),
        "DictType": _value(dict),
        "FloatType": _value(float),
        "IntType": _value(int),
        "ListType": _value(list),
        "LongType": _value(int),
        "NoneType": _value(type(None)),
        "StringType": _value(str),
        "StringTypes": _value((str,)),
        "TupleType": _value(tuple),
        "UnicodeType": _value(str),
    },
    "urllib": {
        name: _from(module, name)
        for module, names in {
            "urllib.parse": "quote quote_plus unquote unquote_plus urlencode",
            "urllib.request": "urlopen urlretrieve urlcleanup pathname2url",
        }.items()
        for name in names.split()
    },
}

GONE_ATTRIBUTES = frozenset(
    f"{module}.{name}" for module, names in GONE.items() for name in names
) - {"os.errno"}
LEGACY_MODULES = frozenset(MOVED)


def _module(name):
    return importlib.import_module(name)


def legacy_module(name: str, whole_path: bool):
    """A module for Python 2's `name`, or None when Python 2 had none by that name."""
    if name not in MOVED:
        return None
    if name in sys.modules:
        return sys.modules[name]
    module = types.ModuleType(name)
    for source in MOVED[name].split():
        found = _module(source)
        vars(module).update(
            {k: getattr(found, k) for k in dir(found) if not k.startswith("__")}
        )
    for own, make in BESIDE.get(name, {}).items():
        setattr(module, own, make())
    if name in ("StringIO", "cStringIO"):
        vars(module)["StringIO"] = _text_or_bytes
    sys.modules[name] = module
    return module


def _text_or_bytes(initial=""):
    """Python 2's StringIO holds what str was: text or bytes."""
    import io

    return io.BytesIO(initial) if isinstance(initial, bytes) else io.StringIO(initial)


def complete(module):
    """Adds the names that Python 2's `module` had and Python 3's lacks."""
    for name, make in GONE.get(getattr(module, "__name__", ""), {}).items():
        if not hasattr(module, name):
            setattr(module, name, make())
