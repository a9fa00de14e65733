"""NumPy: the names that 1.24, 2.0 and later removed, and how numbers were printed."""

from __future__ import annotations

from penstock.cli.bridges import Bridge, add

# Old name -> today's, as attributes of numpy.
RENAMED = {
    "Inf": "inf",
    "Infinity": "inf",
    "NAN": "nan",
    "NaN": "nan",
    "PINF": "inf",
    "alltrue": "all",
    "bool8": "bool_",
    "cfloat": "complex128",
    "complex_": "complex128",
    "cumproduct": "cumprod",
    "float_": "float64",
    "infty": "inf",
    "int0": "intp",
    "issubclass_": "issubdtype",
    "longcomplex": "clongdouble",
    "longfloat": "longdouble",
    "mat": "asmatrix",
    "object0": "object_",
    "product": "prod",
    "rank": "ndim",
    "round_": "round",
    "row_stack": "vstack",
    "singlecomplex": "complex64",
    "sometrue": "any",
    "string_": "bytes_",
    "trapz": "trapezoid",
    "uint0": "uintp",
    "unicode_": "str_",
}
PYTHON_TYPES = {
    "bool": bool,
    "complex": complex,
    "float": float,
    "int": int,
    "long": int,
    "object": object,
    "str": str,
    "unicode": str,
}
EXCEPTIONS = "AxisError ComplexWarning RankWarning VisibleDeprecationWarning".split()


def apply(np):
    """Adds the removed names to the module `np`."""
    for name, kind in PYTHON_TYPES.items():
        if name not in vars(np):
            setattr(np, name, kind)
    for old, new in RENAMED.items():
        if old not in vars(np) and hasattr(np, new):
            setattr(np, old, getattr(np, new))
    for name in EXCEPTIONS:
        if name not in vars(np):
            setattr(np, name, getattr(np.exceptions, name))
    add(np, {name: _with(np, make) for name, make in MADE.items()})
    _binary_fromstring(np)


def _with(np, make):
    return lambda: make(np)


def _in1d(np):
    def in1d(ar1, ar2, assume_unique=False, invert=False):
        return np.isin(ar1, ar2, assume_unique, invert).ravel()

    return in1d


def _asfarray(np):
    def asfarray(a, dtype=np.float64):
        kind = np.dtype(dtype)
        return np.asarray(a, kind if kind.kind in "fc" else np.float64)

    return asfarray


def _find_common_type(np):
    def find_common_type(array_types, scalar_types):
        return np.result_type(*array_types, *scalar_types)

    return find_common_type


MADE = {
    "NINF": lambda np: -np.inf,
    "alen": lambda np: lambda a: len(np.atleast_1d(a)),
    "asfarray": _asfarray,
    "asscalar": lambda np: lambda a: np.asarray(a).item(),
    "cast": lambda np: _Cast(np),
    "disp": lambda np: lambda mesg, device=None, linefeed=True: print(mesg),
    "find_common_type": _find_common_type,
    "in1d": _in1d,
    "msort": lambda np: lambda a: np.sort(a, axis=0),
    "set_string_function": lambda np: lambda f, repr=True: None,
    "typeDict": lambda np: np.sctypeDict,
}


class _Cast:
    """`np.cast["float32"](x)`."""

    def __init__(self, np):
        self.np = np

    def __getitem__(self, dtype):
        return lambda a: self.np.asarray(a).astype(dtype)


def _binary_fromstring(np):
    """`np.fromstring(bytes, dtype)` without `sep` read bytes, in a copy of its own."""
    text = np.fromstring

    def fromstring(string, dtype=float, count=-1, *, sep="", like=None):
        if sep:
            return text(string, dtype, count, sep=sep, like=like)
        if isinstance(string, str):
            string = string.encode("latin1")
        return np.frombuffer(string, dtype, count).copy()

    np.fromstring = fromstring


def quiet_random_integers(random):
    """`np.random.random_integers` without its notice, and after its removal."""

    def random_integers(low, high=None, size=None):
        if high is None:
            low, high = 1, low
        return random.randint(low, high + 1, size)

    random.random_integers = random_integers


def plain_scalars(np):
    """`[np.float32(0.5)]` prints as `[0.5]`, the way it did until NumPy 2."""
    np.set_printoptions(legacy="1.25")


BRIDGES = [
    Bridge("numpy", "np.int, np.float, np.bool, np.Inf, np.product, ... again", apply),
    Bridge("numpy", "scalars in lists print as plain numbers", plain_scalars),
    Bridge("numpy.random", "np.random.random_integers", quiet_random_integers),
]
ABSENT = []
