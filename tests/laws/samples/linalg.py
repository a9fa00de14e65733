"""Matrices: diagonals, systems, decompositions."""

import numpy as np

from laws.sample import Sample, a32, c64, f32, f64, i32

SIGNS = "vectors of a decomposition are unique up to their signs: tests/ops hold them"
CANCELS = "differences of near products, in float32"


def spd(n, *batch, dtype=np.float32):
    """A symmetric matrix with eigenvalues well above 0."""
    raw = f64(*batch, n, n)
    return (raw @ np.swapaxes(raw, -1, -2) + n * np.eye(n)).astype(dtype)


def regular(n, *batch, dtype=np.float32):
    """A matrix far from singular."""
    return (f64(*batch, n, n) + 2 * n * np.eye(n)).astype(dtype)


def loose(name, inputs, attrs=None, **options):
    return Sample(name, inputs, attrs or {}, rtol=1e-4, why=CANCELS, **options)


def diag(diagonal, k, rows=-1, columns=-1, padding=0.0, **attrs):
    inputs = [diagonal, i32(k), i32(rows), i32(columns), a32(padding)]
    return Sample("MatrixDiagV3", inputs, attrs)


ALIGN = ["RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT"]
ZERO = a32(0.0)
TRIANGLES = [
    {"lower": low, "adjoint": a} for low in (True, False) for a in (True, False)
]

SAMPLES = [
    Sample("MatrixDiag", [f32(2, 3)]),
    Sample("MatrixDiagPart", [f32(2, 3, 3)]),
    Sample("MatrixDiagPart", [f32(2, 4)], vjp=False),
    Sample("MatrixSetDiag", [f32(2, 3, 3), f32(2, 3)]),
    diag(f32(2, 3), 0),
    diag(f32(3), 1),
    diag(f32(3), -2, padding=9.0),
    diag(f32(3), 0, 3, 5),
    diag(f32(3), 1, -1, 5),
    *[diag(f32(2, 3, 3), [-1, 1], align=a) for a in ALIGN],
    *[Sample("MatrixDiagPartV3", [f32(2, 3, 4), i32([-1, 2]), a32(7.0)], {"align": a})
      for a in ALIGN],
    Sample("MatrixDiagPartV3", [f32(3, 3), i32(0), ZERO]),
    Sample("MatrixDiagPartV3", [f32(3, 4), i32(1), ZERO]),
    *[Sample("MatrixSetDiagV3", [f32(2, 3, 4), f32(2, 3, 3), i32([-1, 1])],
             {"align": a})
      for a in ALIGN],
    Sample("MatrixSetDiagV3", [f32(3, 3), f32(3), i32(0)]),
    Sample("MatrixDiagV2", [f32(3), i32(1), i32(-1), i32(-1), ZERO]),
    Sample("MatrixDiagPartV2", [f32(3, 4), i32([0, 1]), ZERO]),
    Sample("MatrixSetDiagV2", [f32(3, 4), f32(3), i32(0)]),
    *[Sample("MatrixBandPart", [f32(2, 4, 5), i32(low), i32(high)])
      for low, high in [(-1, 0), (0, -1), (1, 2), (0, 0), (-1, -1)]],
    *[loose("MatrixInverse", [regular(3)], {"adjoint": a}) for a in (False, True)],
    loose("MatrixInverse", [regular(3, 2)]),
    Sample("MatrixInverse", [np.zeros((2, 2), np.float32)]),
    loose("MatrixDeterminant", [regular(3, 2)]),
    loose("MatrixDeterminant", [f32(2, 2)]),
    loose("LogMatrixDeterminant", [regular(3, 2)]),
    *[loose("MatrixSolve", [regular(3, 2), f32(2, 3, 4)], {"adjoint": a})
      for a in (False, True)],
    loose("MatrixSolve", [regular(2) + 1j * 0.5 * c64(2, 2), c64(2, 1)], vjp=False),
    Sample("MatrixSolve", [np.zeros((2, 2), np.float32), f32(2, 1)]),
    *[loose("MatrixTriangularSolve", [regular(3), f32(3, 2)], flags)
      for flags in TRIANGLES],
    loose("Cholesky", [spd(3)], vjp=False),
    loose("Cholesky", [spd(3, 2)], vjp=False),
    loose("MatrixSolveLs", [f32(4, 2), f32(4, 3), np.array(0.1)]),
    loose("MatrixSolveLs", [f32(2, 4), f32(2, 3), np.array(0.1)]),
    loose("MatrixSolveLs", [f32(4, 2), f32(4, 3), np.array(0.0)], {"fast": False},
          grad=False),
    loose("Qr", [f32(4, 3)]),
    loose("Qr", [f32(3, 3)]),
    Sample("Qr", [f32(4, 3)], {"full_matrices": True}, value=False, grad=False,
           why=SIGNS),
    Sample("Svd", [f32(4, 3)], value=False, why=SIGNS),
    Sample("Svd", [f32(2, 4)], {"full_matrices": True}, value=False, grad=False,
           why=SIGNS),
    Sample("SelfAdjointEigV2", [spd(3)], value=False, why=SIGNS),
    loose("Lu", [regular(3)]),
    Sample("MatrixSquareRoot", [spd(3)], rtol=1e-4, why=CANCELS),
    loose("MatrixLogarithm", [regular(2).astype(np.complex64)]),
]  # fmt: skip
