"""The commands of `penstock`, and their arguments."""

from __future__ import annotations

import sys

PROGRAM = "a Python file, or a folder with a __main__.py"


def main(argv: list[str] | None = None) -> int:
    """Runs one command; returns its exit code. What a program raises is not caught."""
    argv = sys.argv[1:] if argv is None else argv
    own, programs = _split(argv)
    options = _parser().parse_args(own)
    options.args = programs
    return options.command(options)


def _split(argv: list[str]) -> tuple[list[str], list[str]]:
    """Our arguments, and after `run PROGRAM` the program's, which are not ours."""
    if argv[:1] == ["run"]:
        for number, word in enumerate(argv[1:], 2):
            if not word.startswith("-"):
                return argv[:number], argv[number:]
    return argv, []


def _parser():
    import argparse

    parser = argparse.ArgumentParser(
        prog="penstock", description="Runs TensorFlow 1.x and 2.x programs, unmodified."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    run = commands.add_parser("run", help="run a program, as `python PROGRAM` would")
    face = run.add_mutually_exclusive_group()
    for number, years in ((1, "2016-2019"), (2, "since 2019")):
        face.add_argument(
            f"--tf{number}",
            dest="face",
            action="store_const",
            const=number,
            help=f"TensorFlow {number}.x ({years}); default: by the program's names",
        )
    run.add_argument(
        "--no-bridges",
        dest="bridge",
        action="store_false",
        help="leave NumPy and the like as they are (`penstock doctor` lists bridges)",
    )
    run.add_argument("program", metavar="PROGRAM", help=PROGRAM)
    run.add_argument("args", metavar="ARGS", nargs="*")
    run.set_defaults(command=_run)

    check = commands.add_parser(
        "check", help="list the TensorFlow names a program uses, mark missing ones"
    )
    check.add_argument("--tf1", dest="face", action="store_const", const=1)
    check.add_argument("--tf2", dest="face", action="store_const", const=2)
    check.add_argument("--missing", action="store_true", help="only the missing ones")
    check.add_argument("program", metavar="PROGRAM", help=PROGRAM)
    check.set_defaults(command=_check)

    doctor = commands.add_parser("doctor", help="versions, devices, data, bridges")
    doctor.set_defaults(command=_doctor)
    return parser


def _run(options) -> int:
    from penstock.cli.run import run

    return run(options.program, options.args, options.face, options.bridge)


def _check(options) -> int:
    from penstock.cli.check import check

    return check(options.program, options.face, options.missing)


def _doctor(options) -> int:
    from penstock.cli.doctor import doctor

    return doctor()
