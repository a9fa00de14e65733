"""What drifted beside TensorFlow works again, unless `--no-bridges` says not to."""

import pytest

# Program -> what it prints. Each fails with the installed versions but for the bridge.
BRIDGED = {
    "np names": (
        """
        import numpy as np
        print(np.zeros(2, np.int).dtype, np.float is float, np.array([1], np.bool))
        print(np.Inf, np.NaN, np.infty, np.NINF, np.product([2, 3]), np.float_(1.5))
        print(np.in1d([1, 2], [2]), np.asfarray([1]), np.trapz([1, 1]))
        print(np.row_stack([[1], [2]]).shape, np.asscalar(np.array([3])), np.object)
        print(np.alltrue([1, 0]), np.unicode_, np.mat([1]).shape, np.cast["f"](1).dtype)
        print(np.fromstring(b"\\x01\\x02", np.uint8), np.fromstring("1 2", sep=" "))
        """,
        "int64 True [ True]\ninf nan inf -inf 6 1.5\n[False  True] [1.] 1.0\n"
        "(2, 1) 3 <class 'object'>\nFalse <class 'numpy.str_'> (1, 1) float32\n"
        "[1 2] [1. 2.]\n",
    ),
    "random_integers": (
        "import warnings; warnings.simplefilter('error')\n"
        "import numpy as np; np.random.seed(0)\n"
        "print(np.random.random_integers(1, 3, 5))",
        "[1 2 1 2 2]\n",
    ),
    "scalars in lists": (
        "import numpy as np\nprint([np.float32(0.5), np.int64(2)], (np.float64(1),))",
        "[0.5, 2] (1.0,)\n",
    ),
    "one element": (
        """
        import numpy as np
        a = np.array([[2.5]])
        print(int(a), float(a), "%d" % a, "%.2f and %s" % (a, "b"), "%s" % a)
        row = np.zeros(3)
        row[1] = np.array([4.0])
        print(row)
        """,
        "2 2.5 2 2.50 and b [[2.5]]\n[0. 4. 0.]\n",
    ),
    "array methods": (
        """
        import numpy as np
        a = np.array([1, 4, 2], np.uint8)
        print(a.tostring(), a.ptp())
        a.itemset(1, 9)
        print(a)
        """,
        "b'\\x01\\x04\\x02' 3\n[1 9 2]\n",
    ),
    "pillow": (
        "from PIL import Image\n"
        "print(Image.new('L', (4, 4)).resize((2, 2), Image.ANTIALIAS).size)",
        "(2, 2)\n",
    ),
    "gca": (
        """
        import matplotlib.pyplot as plt
        print(plt.gca(projection="3d").name, plt.gca().name)
        print(plt.figure().gca(projection="polar").name)
        plt.hist([1, 2], normed=True)
        plt.style.use("seaborn-whitegrid")
        print(plt.cm.get_cmap("jet", 4).N)
        """,
        "3d 3d\npolar\n4\n",
    ),
    "scipy.misc": (
        """
        import warnings; warnings.simplefilter("ignore")
        import numpy as np, scipy.misc
        from scipy.misc import imread, imsave
        a = np.arange(16, dtype=np.uint8).reshape(4, 4)
        imsave("a.png", a)
        print((imread("a.png") == a).all(), scipy.misc.imresize(a, (2, 8)).shape)
        print(scipy.misc.imresize(a, 50).shape, scipy.misc.toimage(a * 1.0).size)
        """,
        "True (2, 8)\n(2, 2) (4, 4)\n",
    ),
    "scikit-learn": (
        """
        from sklearn.cross_validation import train_test_split
        from sklearn.externals import joblib
        from sklearn import grid_search
        from sklearn.preprocessing import OneHotEncoder, Imputer
        print(len(train_test_split([1, 2, 3, 4])), joblib.dump.__name__)
        print(grid_search.GridSearchCV.__name__)
        print(OneHotEncoder(sparse=False).fit_transform([[0], [1]]))
        print(Imputer().fit_transform([[1.0], [float("nan")], [3.0]]).ravel())
        """,
        "2 dump\nGridSearchCV\n[[1. 0.]\n [0. 1.]]\n[1. 2. 3.]\n",
    ),
    "pandas": (
        """
        import pandas as pd
        d = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
        print(d.as_matrix().tolist(), d.ix[0, "b"], d.ix[1].tolist())
        print(d.append({"a": 5, "b": 6}, ignore_index=True)["a"].tolist())
        print([k for k, v in d.iteritems()], d.append(d).shape, d.a.append(d.b).sum())
        named = pd.DataFrame([[1, 2]], index=["r"], columns=["x", "y"])
        print(named.ix[0, "y"], named.ix["r", "x"], named.ix[:, 0].tolist())
        """,
        "[[1, 3], [2, 4]] 3 [2, 4]\n[1, 2, 5]\n['a', 'b'] (4, 2) 10\n2 1 [1]\n",
    ),
    "standard library": (
        """
        import collections, time, inspect, fractions, os, imp
        from collections import Mapping
        from distutils.version import LooseVersion
        from xml.etree import cElementTree
        def f(a, b=1, *c): pass
        print(Mapping.__name__, time.clock() >= 0, inspect.getargspec(f).args)
        print(fractions.gcd(4, 6), LooseVersion("1.10.0") > LooseVersion("1.9"))
        print(imp.reload(fractions).__name__, cElementTree.Element("x").tag)
        """,
        "Mapping True ['a', 'b']\n2 True\nfractions x\n",
    ),
}


@pytest.mark.parametrize("name", BRIDGED)
def test_bridged(folder, name):
    source, printed = BRIDGED[name]
    folder.write("program.py", source)
    done = folder.run("program.py", PYTHONWARNINGS="ignore::DeprecationWarning")
    assert (done.stdout, done.stderr) == (printed, "")


@pytest.mark.parametrize("name", BRIDGED)
def test_not_bridged(folder, name):
    """Each program needs its bridge: without it, it does what it does under python."""
    source, printed = BRIDGED[name]
    folder.write("program.py", source)
    left = folder.run("--no-bridges", "program.py")
    python = folder.python("program.py")
    assert left == python and left.stdout != printed


def test_a_wrong_value_fails_as_before(folder):
    folder.write(
        "program.py",
        """
        import numpy as np
        for bad in (lambda: int(np.zeros(2)), lambda: "%d" % "x", lambda: int([]),
                    lambda: "%d" % np.zeros(3), lambda: [].tostring()):
            try:
                bad()
            except Exception as error:
                print(type(error).__name__, error)
        row = np.zeros(3)
        try:
            row[0] = np.zeros(2)
        except ValueError as error:
            print(error)
        boxes = np.empty(2, object)
        boxes[0] = np.array([1])
        print(type(boxes[0]).__name__)
        """,
    )
    bridged, plain = folder.run("program.py"), folder.run("--no-bridges", "program.py")
    assert bridged == plain and plain.code == 0


def test_a_bridge_waits_for_its_module(folder):
    folder.write("program.py", "import sys; print('matplotlib' in sys.modules)")
    assert folder.run("program.py").stdout == "False\n"


def test_bridged_modules_keep_their_loader(folder):
    folder.write(
        "program.py",
        "import PIL.Image as i\n"
        "print(type(i.__spec__.loader).__name__, type(i.__loader__).__name__)",
    )
    assert folder.run("program.py").stdout == "SourceFileLoader SourceFileLoader\n"
