"""Convolutions: padding of even and odd sizes, strides, dilations, groups."""

from laws.sample import Sample, f32, f64, i32

#: Sums of up to 75 products, in another order than TensorFlow's.
WHY = "order of sums"


def _conv(op, x, w, strides, padding, **attrs):
    return Sample(op, [x, w], {"strides": strides, "padding": padding, **attrs},
                  rtol=2e-5, atol=5e-6, why=WHY)  # fmt: skip


def _square(n):
    return [1, n, n, 1]


SAMPLES = [
    *[_conv("Conv2D", f32(2, h, w, 3), f32(kh, kw, 3, 4), _square(s), padding)
      for padding in ("SAME", "VALID")
      for h, w, kh, kw, s in [(5, 5, 3, 3, 1), (6, 7, 3, 3, 2), (6, 6, 2, 2, 1),
                              (7, 5, 4, 3, 3), (5, 5, 1, 1, 2), (8, 8, 5, 5, 2)]],
    _conv("Conv2D", f32(2, 6, 6, 3), f32(3, 3, 3, 4), [1, 1, 2, 1], "SAME"),
    _conv("Conv2D", f64(2, 6, 6, 3), f64(3, 3, 3, 4), _square(1), "SAME"),
    _conv("Conv2D", f32(2, 7, 7, 3), f32(3, 3, 3, 4), _square(1), "VALID",
          dilations=_square(2)),
    _conv("Conv2D", f32(2, 7, 7, 3), f32(3, 3, 3, 4), _square(1), "SAME",
          dilations=_square(2)),
    _conv("Conv2D", f32(2, 6, 6, 3), f32(3, 3, 3, 4), _square(2), "EXPLICIT",
          explicit_paddings=[0, 0, 1, 2, 0, 1, 0, 0]),
    _conv("Conv2D", f32(1, 3, 3, 2), f32(5, 5, 2, 1), _square(1), "SAME"),
    *[Sample("Conv2DBackpropInput", [i32([2, 7, 6, 3]), f32(3, 3, 3, 4),
                                     f32(2, *size, 4)],
             {"strides": _square(2), "padding": padding}, rtol=2e-5, atol=5e-6, why=WHY)
      for padding, size in [("SAME", (4, 3)), ("VALID", (3, 2))]],
    *[Sample("Conv2DBackpropFilter", [f32(2, 7, 6, 3), i32([3, 3, 3, 4]),
                                      f32(2, *size, 4)],
             {"strides": _square(2), "padding": padding}, rtol=2e-5, atol=5e-6, why=WHY)
      for padding, size in [("SAME", (4, 3)), ("VALID", (3, 2))]],
    *[_conv("Conv3D", f32(1, 4, 5, 5, 2), f32(2, 3, 3, 2, 3), [1, s, s, s, 1], padding)
      for padding in ("SAME", "VALID") for s in (1, 2)],
    Sample("Conv3DBackpropInputV2", [i32([1, 4, 5, 5, 2]), f32(2, 3, 3, 2, 3),
                                     f32(1, 2, 3, 3, 3)],
           {"strides": [1, 2, 2, 2, 1], "padding": "SAME"}, rtol=2e-5, atol=5e-6,
           why=WHY),
    Sample("Conv3DBackpropFilterV2", [f32(1, 4, 5, 5, 2), i32([2, 3, 3, 2, 3]),
                                      f32(1, 2, 3, 3, 3)],
           {"strides": [1, 2, 2, 2, 1], "padding": "SAME"}, rtol=2e-5, atol=5e-6,
           why=WHY),
    *[_conv("DepthwiseConv2dNative", f32(2, 6, 5, 3), f32(3, 3, 3, m), _square(s),
            padding)
      for padding in ("SAME", "VALID") for s, m in [(1, 1), (2, 2)]],
    Sample("DepthwiseConv2dNativeBackpropInput",
           [i32([2, 6, 5, 3]), f32(3, 3, 3, 2), f32(2, 3, 3, 6)],
           {"strides": _square(2), "padding": "SAME"}, rtol=2e-5, atol=5e-6, why=WHY),
    Sample("DepthwiseConv2dNativeBackpropFilter",
           [f32(2, 6, 5, 3), i32([3, 3, 3, 2]), f32(2, 3, 3, 6)],
           {"strides": _square(2), "padding": "SAME"}, rtol=2e-5, atol=5e-6, why=WHY),
]  # fmt: skip
