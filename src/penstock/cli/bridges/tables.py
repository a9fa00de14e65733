"""pandas and scikit-learn: removed methods, moved modules, renamed arguments."""

from __future__ import annotations

import functools
import importlib

from penstock.cli.bridges import Absent, Bridge, add


def pandas(pd):
    """`as_matrix`, `ix`, `append`, `iteritems`, `get_value`, `set_value`."""
    for kind in (pd.DataFrame, pd.Series):
        for name, value in _frame_methods(pd).items():
            if not hasattr(kind, name):
                setattr(kind, name, value)
    if not hasattr(pd.Index, "as_matrix"):
        pd.Index.as_matrix = pd.Index.to_numpy
    add(pd, {"datetime": lambda: importlib.import_module("datetime").datetime})


def _frame_methods(pd):
    def as_matrix(self, columns=None):
        return (self if columns is None else self[columns]).to_numpy()

    def append(self, other, ignore_index=False, verify_integrity=False, sort=False):
        if isinstance(other, dict):
            other = pd.Series(other)
        if isinstance(self, pd.DataFrame) and isinstance(other, pd.Series):
            other = other.to_frame().T
        parts = [self, *(other if isinstance(other, (list, tuple)) else [other])]
        if isinstance(self, pd.Series):
            return pd.concat(parts, ignore_index=ignore_index)
        return pd.concat(
            parts,
            ignore_index=ignore_index,
            verify_integrity=verify_integrity,
            sort=sort,
        )

    return {
        "append": append,
        "as_matrix": as_matrix,
        "get_value": lambda self, index, col: self.at[index, col],
        "iteritems": lambda self: self.items(),
        "ix": property(_Mixed),
        "set_value": _set_value,
    }


def _set_value(self, index, col, value):
    self.at[index, col] = value
    return self


class _Mixed:
    """`.ix[...]`: by label where the index has labels, by place where it has not."""

    def __init__(self, frame):
        self.frame = frame

    def __getitem__(self, key):
        return self.choose(key)[0][self.choose(key)[1]]

    def __setitem__(self, key, value):
        indexer, key = self.choose(key)
        indexer[key] = value

    def choose(self, key):
        frame = self.frame
        parts = list(key) if isinstance(key, tuple) else [key]
        by_place = [
            _is_place(part) and not _is_whole(axis)
            for part, axis in zip(parts, frame.axes, strict=False)
        ]
        if all(by_place):
            return frame.iloc, key
        for number, (part, place) in enumerate(zip(parts, by_place, strict=True)):
            if place:  # a mixed key: places become labels
                parts[number] = frame.axes[number][part]
        return frame.loc, tuple(parts) if isinstance(key, tuple) else parts[0]


def _is_whole(axis):
    return getattr(axis.dtype, "kind", "O") in "iu"


def _is_place(part):
    if isinstance(part, slice):
        ends = [end for end in (part.start, part.stop) if end is not None]
        return all(isinstance(end, int) for end in ends)
    if isinstance(part, (list, tuple)):
        return all(isinstance(item, int) for item in part)
    return isinstance(part, int) and not isinstance(part, bool)


def model_selection(module):
    """The old modules' names, out of `sklearn.model_selection`."""
    found = importlib.import_module("sklearn.model_selection")
    names = [name for name in dir(found) if not name.startswith("_")]
    vars(module).update({name: getattr(found, name) for name in names})


def externals(module):
    """`sklearn.externals`, where joblib and six lived."""
    module.__path__ = []


def whole(source):
    """A module that is another one under its old name."""

    def make(module):
        found = importlib.import_module(source)
        names = [name for name in dir(found) if not name.startswith("__")]
        vars(module).update({name: getattr(found, name) for name in names})

    return make


def imputer(preprocessing):
    """`sklearn.preprocessing.Imputer`, now `SimpleImputer`."""

    def Imputer(missing_values="NaN", strategy="mean", axis=0, **kwargs):
        impute = importlib.import_module("sklearn.impute")
        missing = float("nan") if missing_values == "NaN" else missing_values
        if axis:
            raise ValueError(f"Imputer: axis={axis} is gone, transpose the data.")
        return impute.SimpleImputer(missing_values=missing, strategy=strategy, **kwargs)

    add(preprocessing, {"Imputer": lambda: Imputer})


def encoders(module):
    """`OneHotEncoder(sparse=...)`, now `sparse_output`."""
    original = module.OneHotEncoder.__init__

    @functools.wraps(original)
    def init(self, *args, sparse=None, **kwargs):
        if sparse is not None:
            kwargs["sparse_output"] = sparse
        original(self, *args, **kwargs)

    module.OneHotEncoder.__init__ = init


def datasets(module):
    """`load_boston` (removed in 1.2) from Keras' copy of the same table.

    The 506 rows are Keras' `boston_housing`; they come in its order, not in
    scikit-learn's.
    """
    lazy = vars(module).get("__getattr__")

    def load_boston(return_X_y=False):
        import numpy as np

        housing = importlib.import_module("penstock.keras").datasets.boston_housing
        (x, y), _ = housing.load_data(test_split=0.0)
        if return_X_y:
            return x, y
        utils = importlib.import_module("sklearn.utils")
        names = "CRIM ZN INDUS CHAS NOX RM AGE DIS RAD TAX PTRATIO B LSTAT".split()
        return utils.Bunch(data=x, target=y, feature_names=np.array(names), DESCR="")

    module.load_boston = load_boston
    if lazy is not None:  # scikit-learn refuses `load_boston` by name there
        module.__getattr__ = lambda name: (
            load_boston if name == "load_boston" else lazy(name)
        )


BRIDGES = [
    Bridge("pandas", ".as_matrix, .ix, .append, .iteritems, .get_value", pandas),
    Bridge("sklearn.preprocessing", "sklearn.preprocessing.Imputer", imputer),
    Bridge("sklearn.preprocessing._encoders", "OneHotEncoder(sparse=...)", encoders),
    Bridge("sklearn.datasets", "sklearn.datasets.load_boston", datasets),
]
ABSENT = [
    Absent("sklearn.cross_validation", "sklearn.cross_validation", model_selection),
    Absent("sklearn.grid_search", "sklearn.grid_search", model_selection),
    Absent("sklearn.learning_curve", "sklearn.learning_curve", model_selection),
    Absent("sklearn.externals", "sklearn.externals", externals),
    Absent("sklearn.externals.joblib", "sklearn.externals.joblib", whole("joblib")),
    Absent(
        "sklearn.datasets.samples_generator",
        "sklearn.datasets.samples_generator",
        whole("sklearn.datasets"),
    ),
    Absent(
        "sklearn.linear_model.logistic",
        "sklearn.linear_model.logistic",
        whole("sklearn.linear_model"),
    ),
    Absent(
        "sklearn.metrics.classification",
        "sklearn.metrics.classification",
        whole("sklearn.metrics"),
    ),
]
