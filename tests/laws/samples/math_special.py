"""Special functions of two or three numbers."""

from laws.sample import Sample, a32, f32, uniform

SERIES = "series and continued fractions end at float32's precision, elsewhere in each"

LOOSE = {"rtol": 1e-4, "why": SERIES}

SAMPLES = [
    Sample("Polygamma", [a32([0, 1, 2, 3]), uniform(0.5, 3, 4)], rtol=5e-5, why=SERIES,
           vjp=False),
    Sample("Zeta", [uniform(1.5, 4, 4), uniform(0.5, 3, 4)], rtol=5e-5, why=SERIES,
           vjp=False),
    Sample("Igamma", [uniform(0.5, 3, 2, 3), uniform(0.2, 4, 3)], **LOOSE),
    Sample("Igammac", [uniform(0.5, 3, 2, 3), uniform(0.2, 4, 3)], **LOOSE),
    Sample("IgammaGradA", [uniform(0.5, 3, 4), uniform(0.2, 4, 4)], **LOOSE,
           grad=False),
    Sample("Betainc", [uniform(0.5, 3, 4), uniform(0.5, 3, 4), uniform(0.1, 0.9, 4)],
           rtol=1e-4, why=SERIES, vjp=False),
    Sample("BesselI1", [a32([0.0, 0.5])], vjp=False),
    Sample("Lgamma", [a32([-0.5, 0.0, -1.0, 30.0])], vjp=False),
    Sample("Erfinv", [a32([-1.0, 1.0, 0.0, 2.0])], vjp=False),
    Sample("Digamma", [f32(4)], rtol=5e-5, why=SERIES),
]  # fmt: skip
