"""Numbers rounded to few bits."""

from laws.sample import Sample, a32

X = a32([[-8.0, -1.2], [0.07, 0.51], [5.9, 7.5]])
WHY = {"vjp": False}  # a rounded value has no slope: the gradient is by convention
RANGES = [(-6.0, 6.0), (0.5, 6.0), (-6.0, -1.0), (-1.0, 3.0)]

SAMPLES = [
    Sample("FakeQuantWithMinMaxArgs", [X], **WHY),
    Sample("FakeQuantWithMinMaxArgs", [X], {"min": -3.0, "max": 5.0, "num_bits": 4,
                                            "narrow_range": True}, **WHY),
    *[Sample("FakeQuantWithMinMaxVars", [X, a32(a), a32(b)], **WHY) for a, b in RANGES],
    Sample("FakeQuantWithMinMaxVarsPerChannel", [X, a32([-1, -6]), a32([1, 3])], **WHY),
    Sample("FakeQuantWithMinMaxArgsGradient", [X, X]),
    Sample("FakeQuantWithMinMaxVarsGradient", [X, X, a32(-6), a32(6)]),
    Sample("FakeQuantWithMinMaxVarsPerChannelGradient",
           [X, X, a32([-1, -6]), a32([1, 3])]),
    *[
        Sample("QuantizeAndDequantizeV4", [X, a32(-4), a32(4)], {"range_given": given},
               **WHY)
        for given in (True, False)
    ],
]  # fmt: skip
