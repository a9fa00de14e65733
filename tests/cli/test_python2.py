"""Python-2 programs print what Python 2.7 printed, and fail on the user's lines.

The `.out` files beside the programs are Python 2.7.18's own output (of `.in`, where
there is one): `python2.7 py2_x.py < py2_x.in > py2_x.out`.
"""

import ast
from pathlib import Path

import pytest

from penstock.cli.python2 import stdlib
from penstock.cli.python2.signs import signs
from penstock.cli.source import parse_source

PROGRAMS = Path(__file__).parent / "python2"
NAMES = sorted(file.stem for file in PROGRAMS.glob("py2_*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_prints_what_python_2_printed(folder, name):
    typed = PROGRAMS / f"{name}.in"
    done = folder.run(
        PROGRAMS / f"{name}.py", stdin=typed.read_text() if typed.exists() else ""
    )
    assert done.stderr == ""
    assert done.stdout == (PROGRAMS / f"{name}.out").read_text(encoding="utf-8")


# Program, and the traceback's last lines under `penstock run`: lines are the user's
# though the converted text has others, and no column marks point into it.
FAILURES = {
    "print": (
        "print 'a'\n\n\ndef f((a, b), c):\n    print a\n    return a / 0\n\n"
        "f((1, 2), 3)",
        ["line 8, in <module>", "f((1, 2), 3)", "line 6, in f", "return a / 0"],
    ),
    "except": (
        "try:\n    {}['k']\nexcept (KeyError, ValueError), (e,):\n    print e\n"
        "    raise OSError, 'after'\n",
        ["line 2, in <module>", "line 5, in <module>", "raise OSError, 'after'"],
    ),
    "string": (
        's = """\ntwo\nlines"""\nprint s\nundefined_name\n',
        ["line 5, in <module>", "undefined_name"],
    ),
    "method": (
        "print 'x'\nclass A: pass\nA().has_key(3)\n",
        ["line 3, in <module>", "AttributeError: 'A' object has no attribute"],
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_tracebacks_have_the_users_lines(folder, name):
    source, wanted = FAILURES[name]
    folder.write("program.py", source)
    done = folder.run("program.py")
    assert done.code == 1
    position = 0
    for line in wanted:
        assert line in done.stderr[position:], done.stderr
        position = done.stderr.index(line, position)
    assert "^" not in done.stderr and "penstock" not in done.stderr


def test_modules_of_the_program_are_converted_too(folder):
    folder.write("program.py", "import helper, pack.first\nprint(helper.half(7))\n")
    folder.write("helper.py", "def half(n):\n    print 'in', n\n    return n / 2\n")
    folder.write("pack/__init__.py", "")
    folder.write("pack/first.py", "import second\nprint 'first', second.x")
    folder.write("pack/second.py", "x = 3")
    done = folder.run("program.py")
    assert (done.stdout, done.stderr) == ("first 3\nin 7\n3\n", "")


def test_a_module_in_python_3_keeps_its_division(folder):
    folder.write("program.py", "import three\nprint three.half(7), 7 / 2")
    folder.write("three.py", "def half(n: int):\n    return n / 2\n")
    assert folder.run("program.py").stdout == "3.5 3\n"


def test_execfile_runs_python_2(folder):
    folder.write("program.py", "execfile('other.py')\nprint x")
    folder.write("other.py", "print 'other'\nx = 7 / 2")
    assert folder.run("program.py").stdout == "other\n3\n"


def test_whole_arrays_floor(folder):
    folder.write(
        "program.py",
        """
        import numpy as np
        a = np.array([3, 5])
        print a / 2, np.int32(7) / 2, a / 2.0
        a /= 2
        b = a
        b /= 2
        print a is b, a
        c = np.array([1.0, 2.0])
        part = c[:1]
        part /= 4
        print c
        """,
    )
    assert folder.run("program.py").stdout == (
        "[1 2] 3 [1.5 2.5]\nTrue [0 1]\n[0.25 2.  ]\n"
    )


def test_encodings(folder):
    text = "# -*- coding: gbk -*-\nprint u'数'.encode('utf-8').decode('utf-8')\n"
    folder.write("program.py", text.encode("gbk"))
    folder.write("marked.py", b"\xef\xbb\xbf" + "print '数'\n".encode())
    assert folder.run("program.py").stdout == "数\n"
    assert folder.run("marked.py").stdout == "数\n"


def test_windows_line_ends(folder):
    folder.write("program.py", b"if True:\r\n    print 'a'\r\n\r\nprint 7 / 2\r\n1 / 0")
    done = folder.run("program.py")
    assert done.stdout == "a\n3\n" and "line 5" in done.stderr


SIGNS = {
    "for i in xrange(3): pass": ["xrange"],
    "name = raw_input()": ["raw_input"],
    "print('a %d') % 3": ["print statement"],
    "print('a'), 3": ["print statement"],
    "print": ["print statement"],
    "print >>f, 'x'": ["print statement"],
    "import cPickle": ["import cPickle"],
    "d.iteritems()": [".iteritems"],
    "map(int, x)[0]": ["map() used as a list"],
    "d.values() + e": [".values() used as a list"],
    "range(3) + [4]": ["range() used as a list"],
    "import string; string.letters": ["string.letters"],
    "print('a'); 7 / 2": [],
    "range(10)[3]": [],
    "try:\n    import cPickle\nexcept ImportError:\n    import pickle": [],
    "try:\n    xrange\nexcept NameError:\n    xrange = range\nxrange(3)": [],
    "from six.moves import xrange\nxrange(3)": [],
    "import sys\nif sys.version_info[0] < 3: raw_input()": [],
    "import pandas\nframe.iteritems()": [],
    "def unicode(x): return x\nunicode(3)": [],
    "from __future__ import print_function\nprint('a') % 3": [],
    "print('a') if x else None": [],
}


@pytest.mark.parametrize("source", SIGNS)
def test_signs_of_python_2(source):
    found = signs(ast.parse(source), stdlib.LEGACY_MODULES, stdlib.GONE_ATTRIBUTES)
    assert [sign.what for sign in found] == SIGNS[source]


def test_neither_python_is_told_as_python_3_tells_it():
    with pytest.raises(SyntaxError, match="invalid syntax") as caught:
        parse_source(b"x = 1\nx = = 3\nprint 'a'\n", "program.py")
    assert caught.value.lineno == 2


def test_a_mistake_in_python_2_is_told_where_it_is():
    with pytest.raises(SyntaxError, match="Python-2 program") as caught:
        parse_source(b"print 'a'\nprint 'b'\nx = = 3\n", "program.py")
    assert caught.value.lineno == 3 and caught.value.text == "x = = 3"


def test_modules_without_a_sign_are_python_2_too(folder):
    """Beside a program in Python 2; one that asks for its Python is left alone."""
    folder.write("program.py", "import pack.first, both\nprint pack.first.X, both.X\n")
    folder.write("pack/__init__.py", "")
    folder.write("pack/first.py", "import second\nX = second.half(7)\n")
    folder.write("pack/second.py", "def half(n):\n    return n / 2\n")
    folder.write("both.py", "import sys\nX = 7 / 2, sys.version_info[0] > 2\n")
    assert folder.run("program.py").stdout == "3 (3.5, True)\n"
