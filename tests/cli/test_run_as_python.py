"""`penstock run` prints, fails and ends as `python` does with the same program."""

import signal
import subprocess
import sys
import time

import pytest

PROGRAMS = {
    "arguments": "import sys; print(sys.argv, __name__, __file__)",
    "path": "import sys, os; print(sys.path[0] == os.path.dirname(__file__))",
    "main": """
        import sys, __main__
        print(__main__ is sys.modules["__main__"], __main__.__dict__ is globals())
        print(sorted(k for k in globals() if k != "__cached__"))
        print(__spec__, __package__, __doc__, type(__loader__).__name__)
    """,
    "raises": """
        def fail(n):
            if n == 0:
                raise ValueError("deep")
            fail(n - 1)

        fail(2)
    """,
    "chained": """
        try:
            {}["x"]
        except KeyError as e:
            try:
                [].y
            except AttributeError:
                raise RuntimeError("both") from e
    """,
    "carets": """
        x = int("1") + int(len([int(3.5), float("x" * 3)]))
    """,
    "group": "raise ExceptionGroup('two', [ValueError(1), TypeError(2)])",
    "exit text": "import sys; sys.exit('no more')",
    "exit code": "import sys; print('x'); sys.exit(7)",
    "exit in thread": """
        import threading
        def work():
            raise ValueError("in thread")
        t = threading.Thread(target=work, name="worker")
        t.start(); t.join()
        print("after")
    """,
    "syntax": "x = (1 +\nprint(3)\n",
    "indentation": "if True:\n    x = 1\n  y = 2\n",
    "module fails": "import helper_that_fails",
    "module syntax": "import helper_syntax",
    "no module": "import not_there_at_all",
    "own hook": """
        import sys
        def hook(kind, value, tb):
            print("hooked", kind.__name__, value, tb.tb_lineno, tb.tb_next)
        sys.excepthook = hook
        1 / 0
    """,
    "atexit": "import atexit; atexit.register(print, 'bye'); raise SystemExit(3)",
    "print_exc": """
        import traceback
        try:
            int("x")
        except ValueError:
            traceback.print_exc()
    """,
    "percent": "print('%d%%' % 5, '%s' % 'a', '%s %s' % (1, [2])); '%d' % 'x'",
    "zero": "print(7 / 2); 1 / 0",
    "package": "import pack.inner; print(pack.inner.VALUE, pack.inner.__name__)",
    "future": "from __future__ import annotations\ndef f(x: nothing): pass\n"
    "print(f.__annotations__)",
    "pickle": """
        import pickle
        class Own: pass
        print(type(pickle.loads(pickle.dumps(Own()))).__module__)
    """,
    "docstring": '"""Says."""\nprint(__doc__)',
    "shadowed int": "int = str\nprint(int(3.5) + 'x')",
    "item": "a = {}\na['k'] = [1][0]\na[1, 2] = len('abc')\nprint(a)\na[[]] = len('x')",
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_python(folder, name):
    folder.write("program.py", PROGRAMS[name])
    folder.write("helper_that_fails.py", "def f():\n    raise OSError(2, 'x')\n\nf()\n")
    folder.write("helper_syntax.py", "def f(:\n    pass\n")
    folder.write("pack/__init__.py", "")
    folder.write("pack/inner.py", "from . import other\nVALUE = other.x + 1\n")
    folder.write("pack/other.py", "x = 1\n")
    words = ["program.py", "--flag", "value", "--", "-x"]
    assert folder.run(*words) == folder.python(*words)


def test_warnings_come_once_and_as_under_python(folder):
    folder.write(
        "program.py",
        r"""
        import warnings, beside
        pattern = "\d"
        if pattern is "x": pass
        warnings.warn("own")
        def old():
            warnings.warn("called", DeprecationWarning, stacklevel=2)
        old()
        """,
    )
    folder.write("beside.py", r'escape = "\w"')
    for shown in ("default", "ignore"):
        done = folder.run("program.py", PYTHONWARNINGS=shown)
        assert done == folder.python("program.py", PYTHONWARNINGS=shown)


def test_full_traceback_on_demand(folder):
    folder.write("program.py", "1 / 0")
    shown = folder.run("program.py", PENSTOCK_TRACEBACK="full").stderr
    assert "penstock" in shown and "ZeroDivisionError" in shown


def test_a_file_that_is_not_there(folder):
    done, python = folder.run("no.py"), folder.python("no.py")
    assert done.code == python.code == 2
    assert f"can't open file '{folder.path}/no.py': [Errno 2]" in done.stderr


def test_a_folder_runs_its_main(folder):
    folder.write("app/__main__.py", "import other, sys; print(other.x, sys.argv)")
    folder.write("app/other.py", "x = 5")
    assert folder.run("app", "1") == folder.python("app", "1")


def test_a_program_elsewhere_finds_its_own_modules(folder):
    folder.write("deep/program.py", "import beside; print(beside.x, __file__)")
    folder.write("deep/beside.py", "x = 5")
    assert folder.run("deep/program.py") == folder.python("deep/program.py")


def test_no_bytecode_of_ours_is_left(folder):
    """A converted module's `.pyc` would be wrong for Python, and Python's for us."""
    folder.write("program.py", "import beside")
    folder.write("beside.py", "print 'old', 7 / 2")
    for _ in range(2):
        assert folder.run("program.py").stdout == "old 3\n"
    assert not (folder.path / "__pycache__").exists()


def test_interrupt_ends_as_python_does(folder):
    folder.write("program.py", "import time\nprint('up', flush=True)\ntime.sleep(60)\n")
    ends = []
    for words in (["-m", "penstock", "run"], []):
        process = subprocess.Popen(
            [sys.executable, *words, "program.py"],
            cwd=folder.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
        ends.append((process.returncode, stderr))
    assert ends[0] == ends[1]


def test_nothing_heavy_is_imported_for_a_program_without_tensorflow(folder):
    folder.write(
        "program.py",
        "import sys; print([m for m in ('jax', 'tensorboard', 'fissix', 'h5py')"
        " if m in sys.modules])",
    )
    assert folder.run("program.py").stdout == "[]\n"


def test_unknown_command_is_refused(folder):
    done = folder.penstock("inspect", "x")
    assert done.code == 2 and "invalid choice" in done.stderr
