"""Functions of one number."""

import numpy as np

from laws.sample import Sample, a32, bf16, c64, f16, f32, f64, i32, ints, uniform

EVERYWHERE = [
    "Abs", "Neg", "Square", "Exp", "Expm1", "Sigmoid", "Tanh", "Sin", "Cos", "Tan",
    "Sinh", "Cosh", "Asinh", "Atan", "Erf", "Erfc", "Reciprocal", "Inv", "BesselI0e",
    "BesselI1e", "BesselI0", "BesselI1",
]  # fmt: skip
POSITIVE = ["Sqrt", "Rsqrt", "Log", "Log1p", "Lgamma", "Digamma"]
WITHIN_ONE = ["Asin", "Acos", "Atanh", "Erfinv"]
COMPLEX = [
    "Neg", "Square", "Exp", "Sigmoid", "Tanh", "Sin", "Cos", "Sinh", "Cosh",
    "Reciprocal", "Sqrt", "Rsqrt", "Log", "Sign",
]  # fmt: skip
HALF = ["Tanh", "Exp", "Sigmoid", "Neg", "Abs", "Square"]
SLOPES = [
    f"{of}Grad" for of in ("Tanh", "Sigmoid", "Sqrt", "Rsqrt", "Reciprocal", "Inv")
]
STEPS = ["Floor", "Ceil", "Rint", "Round", "Sign"]

INF, NAN = np.inf, np.nan
EDGES = a32([0.0, -0.0, 1.0, -1.0, INF, -INF, NAN, 88.0, -88.0, 1e-30])
# Where TensorFlow's float32 approximation and XLA's differ by more than 1e-5.
LOOSE = {
    "Lgamma": (2e-5, "near its zero at 2 the value is a small difference"),
    "Digamma": (5e-5, "near its zero at 1.46 the value is a small difference"),
    "Erfc": (2e-5, "different polynomials in the tail"),
    "BesselI0": (2e-5, "different polynomials"),
}


def _row(name, array, **options):
    rtol, why = LOOSE.get(name, (None, ""))
    return Sample(name, [array], rtol=rtol, why=why, **options)


SAMPLES = [
    *[_row(name, f32(3, 4), vjp=name != "Abs") for name in EVERYWHERE],
    *[_row(name, uniform(0.1, 4.0, 3, 4)) for name in POSITIVE],
    *[_row(name, uniform(-0.95, 0.95, 3, 4)) for name in WITHIN_ONE],
    Sample("Acosh", [uniform(1.1, 4.0, 3, 4)]),
    Sample("Ndtri", [uniform(0.05, 0.95, 3, 4)]),
    *[Sample(name, [c64(2, 3)], rtol=5e-5, vjp=False, why="products of products")
      for name in COMPLEX],
    *[Sample(name, [f16(3, 4)], rtol=5e-3, vjp=False) for name in HALF],
    *[Sample(name, [bf16(3, 4)], vjp=False) for name in HALF],
    *[Sample(name, [f64(3, 4)]) for name in ["Tanh", "Exp", "Sigmoid", "Erf"]],
    *[Sample(name, [uniform(0.1, 4.0, 5, dtype=np.float64)], rtol=1e-9)
      for name in POSITIVE],
    *[Sample(name, [f32(3, 4), f32(3, 4)]) for name in SLOPES],
    *[Sample(name, [a32([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 1.2, -1.7, INF, NAN])],
             vjp=False) for name in STEPS],
    *[Sample(name, [EDGES], vjp=False)
      for name in [*EVERYWHERE[:10], "Sqrt", "Rsqrt", "Log", "Log1p", "Atan", "Erf",
                   "IsNan", "IsInf", "IsFinite", "Asinh"]
      if name not in ("Sin", "Cos", "Tan")],
    *[Sample(name, [i32([-3, 0, 7])]) for name in ["Abs", "Neg", "Square", "Sign"]],
    # Round of integers is no row: TensorFlow 2.21 gives zeros there.
    Sample("Square", [ints(-100, 100, 5, dtype=np.int64)]),
    *[Sample(name, [f32(0, 3)]) for name in ["Tanh", "Abs", "Sqrt", "Floor"]],
    *[Sample(name, [a32(0.3)]) for name in ["Tanh", "Log", "Sigmoid", "Round"]],
]  # fmt: skip
