"""The rarer functions of `keras.ops`: (name, arguments, options). NumPy only."""

import numpy as np

r = np.random.RandomState(3)
A, B = (r.randn(3, 4).astype("float32") for _ in range(2))
Q = np.where(r.rand(3, 4) < 0.3, np.nan, A).astype("float32")
Q[1] = np.nan
Z = r.randint(-6, 7, (3, 4)).astype("int32")
J = r.randint(1, 9, (3, 4)).astype("int32")
V = r.randn(5).astype("float32")
W = np.array([3, 1, 1, 0, 3], "int32")
E = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 2.5, -1.5], "float32")
S = (A[:3, :3] @ A[:3, :3].T + 3 * np.eye(3)).astype("float32")
L = np.tril(S)
P = r.rand(2, 5, 7, 3).astype("float32")
F = P.transpose(0, 3, 1, 2).copy()
D = r.rand(1, 4, 5, 4, 2).astype("float32")
N = r.rand(2, 12, 16, 1).astype("float32")
X = r.randn(2, 20).astype("float32")
G = r.randn(2, 6, 4).astype("float32")

ROWS = [
    (n, (A,), {})
    for n in """
        fabs signbit sinc i0 isreal dstack fliplr flipud rot90 diagflat corrcoef
        trapezoid layer_normalization rms_normalization unique
    """.split()
]
ROWS += [(n, (E,), {}) for n in "isposinf isneginf signbit fabs sinc".split()]
ROWS += [
    (n, (Q,), {**axis, **keep})
    for n in """
        nansum nanprod nanmax nanmin nanmean nanvar nanstd nanargmax nanargmin
        nanmedian
    """.split()
    for axis in ({}, {"axis": 0}, {"axis": -1})
    for keep in ({}, {"keepdims": True})
    if not (n in ("nanargmax", "nanargmin") and axis)
]
ROWS += [(n, (Q,), {"axis": 1}) for n in "nancumsum nancumprod".split()]
ROWS += [(n, (Z,), {}) for n in "nansum nanmax nanmean nanargmin nancumsum".split()]
ROWS += [
    (n, (A, B), {})
    for n in "fmax fmin fmod heaviside logaddexp2 allclose kron cdist".split()
]
ROWS += [
    (n, (Z, J), {})
    for n in "gcd lcm fmod fmax left_shift right_shift kron isin".split()
]
ROWS += [(n, (Z,), {}) for n in "bitwise_not bitwise_invert fabs isreal".split()]
ROWS += [(n, (7,), {}) for n in "bartlett blackman hamming hanning".split()]
ROWS += [
    ("fmax", (E, E[::-1].copy()), {}),
    ("fmin", (E, E[::-1].copy()), {}),
    ("heaviside", (np.array([-1, 0, 2], "float32"), 0.5), {}),
    ("ldexp", (A, Z), {}),
    ("nextafter", (A, B), {}),
    ("kaiser", (6, 3.0), {}),
    ("logspace", (0, 2, 5), {}),
    ("logspace", (0, 2, 5), dict(endpoint=False, base=2.0)),
    ("geomspace", (1, 1000, 4), {}),
    ("vander", (V,), {}),
    ("vander", (V,), dict(N=3, increasing=True)),
    ("nanquantile", (Q, 0.7), dict(axis=1)),
    ("nanpercentile", (Q, 30), {}),
    *[
        ("quantile", (A, 0.3), dict(axis=1, method=m))
        for m in "linear lower higher midpoint nearest".split()
    ],
    ("array_split", (V, 3), {}),
    ("array_split", (A, 3), dict(axis=1)),
    ("hsplit", (A, 2), {}),
    ("vsplit", (A, [1]), {}),
    ("dsplit", (D[0], 2), {}),
    ("dstack", ([V, V],), {}),
    ("rot90", (A,), dict(k=-1)),
    ("rot90", (P, 3), dict(axes=(1, 2))),
    ("select", ([A > 0, B > 0], [A, B], 7.0), {}),
    ("get_item", (A, (slice(1, 3), 2)), {}),
    ("unravel_index", (np.array([1, 7, 11]), (3, 4)), {}),
    ("argpartition", (np.array([3, 1, 2], "int32"), 2), {}),
    ("isin", (Z, [1, 2, 3]), dict(invert=True)),
    ("rearrange", (P, "b h w c -> b c (h w)"), {}),
    ("rearrange", (A, "a (b c) -> (b a) c"), dict(b=2)),
    ("bincount", (W,), {}),
    ("bincount", (W,), dict(weights=V, minlength=6)),
    ("bincount", (np.stack([W, W[::-1]]),), {}),
    ("digitize", (A, np.array([-1.0, 0.0, 1.0], "float32")), {}),
    ("histogram", (A.ravel(),), dict(bins=4)),
    ("histogram", (A.ravel(),), dict(bins=3, range=(-1, 1))),
    ("unique", (W,), dict(return_inverse=True, return_counts=True)),
    ("unique", (W,), dict(return_index=True)),
    ("unique", (np.stack([W, W, W[::-1]]),), dict(axis=0, return_counts=True)),
    ("unique", (W,), dict(size=5, fill_value=-1)),
    ("correlate", (V, V[:3]), {}),
    ("correlate", (V, V[:3]), dict(mode="same")),
    ("correlate", (V[:2], V), dict(mode="full")),
    ("trapezoid", (A,), dict(dx=0.5, axis=0)),
    ("trapezoid", (V, np.sort(V)), {}),
    ("cholesky", (S,), dict(upper=True)),
    ("cholesky_inverse", (L,), {}),
    ("solve_triangular", (L, A), dict(lower=True)),
    ("solve_triangular", (L.T.copy(), V[:3]), {}),
    ("matrix_rank", (np.outer(V, V).astype("float32"),), {}),
    ("lstsq", (r.randn(6, 3).astype("float32"), r.randn(6, 2).astype("float32")), {}),
    ("lu_factor", (S,), {}),
    ("view", (A, "int32"), {}),
    ("view", (np.arange(8, dtype="int32").reshape(2, 4), "int16"), {}),
    ("fft", ((A, B),), {}),
    ("fft2", ((A, B),), {}),
    ("ifft2", ((A, B),), {}),
    ("rfft", (A,), {}),
    ("rfft", (A, 6), {}),
    ("irfft", ((A, B),), {}),
    ("irfft", ((A, B), 5), {}),
    ("extract_sequences", (X, 6, 4), {}),
    ("stft", (X, 6, 3, 8), {}),
    ("stft", (X, 8, 4, 8), dict(window="hamming", center=False)),
    ("stft", (X, 6, 3, 8), dict(window=None)),
    ("istft", ((G, G[::-1].copy()), 6, 3, 6), {}),
    ("istft", ((G, G), 6, 3, 6), dict(center=False, length=20)),
    ("istft", ((G, G), 6, 2, 6), dict(window=None)),
    ("conv_transpose", (P, r.rand(2, 3, 4, 3).astype("float32")), dict(strides=2)),
    (
        "conv_transpose",
        (P, r.rand(3, 3, 4, 3).astype("float32")),
        dict(strides=2, padding="same", output_padding=1),
    ),
    ("conv_transpose", (X[..., None], r.rand(3, 2, 1).astype("float32")), {}),
    ("depthwise_conv", (P, r.rand(2, 2, 3, 2).astype("float32")), dict(strides=2)),
    ("depthwise_conv", (G, r.rand(3, 4, 2).astype("float32")), dict(padding="same")),
    (
        "separable_conv",
        (P, r.rand(2, 2, 3, 2).astype("float32"), r.rand(1, 1, 6, 4).astype("float32")),
        dict(padding="same"),
    ),
    ("layer_normalization", (P, V[:3], V[1:4]), {}),
    ("layer_normalization", (P,), dict(axis=(1, 2), epsilon=1e-5)),
    ("rms_normalization", (P, V[:3]), {}),
    ("space_to_depth", (N, 2), {}),
    ("depth_to_space", (r.rand(1, 2, 3, 8).astype("float32"), 2), {}),
    ("unfold", (F, 2), {}),
    ("unfold", (F, (2, 3)), dict(dilation=2, padding=1, stride=2)),
    ("fold", (r.rand(2, 12, 24).astype("float32"), (5, 7), 2), {}),
    (
        "fold",
        (r.rand(2, 12, 12).astype("float32"), (4, 6), 2),
        dict(padding=1, stride=2),
    ),
    ("psnr", (P, P + 0.1, 2.0), {}),
    ("ctc_loss", (np.array([[1, 2], [3, 1]]), G, np.array([2, 1]), [6, 5]), {}),
    (
        "ctc_loss",
        (np.array([[1, 2], [0, 1]]), G, np.array([2, 1]), np.array([6, 5])),
        dict(mask_index=3),
    ),
    ("ctc_decode", (G, np.array([6, 5])), {}),
    ("ctc_decode", (G, np.array([6, 5])), dict(mask_index=3, merge_repeated=False)),
    (
        "ctc_decode",
        (G, np.array([6, 5])),
        dict(strategy="beam_search", beam_width=4, top_paths=2),
    ),
    *[
        ("image.affine_transform", (P, np.array(m, "float32")), dict(o, fill_value=0.5))
        for m in ([1, 0.13, -1.71, 0.21, 0.93, 0.32, 0, 0],)
        for o in (
            [dict(fill_mode=f) for f in "constant nearest wrap reflect".split()]
            + [dict(interpolation="nearest")]
        )
    ],
    (
        "image.perspective_transform",
        (
            P,
            np.array([[0, 0], [6, 0], [0, 4], [6, 4]], "float32"),
            np.array([[0.5, 0.2], [6, 0], [0, 4], [5, 3]], "float32"),
        ),
        dict(fill_value=0.3),
    ),
    ("image.pad_images", (P, 1, 2, 0, 1), {}),
    (
        "image.pad_images",
        (P,),
        dict(bottom_padding=1, right_padding=2, target_height=8, target_width=9),
    ),
    ("image.crop_images", (P, 1, 2, 0, 1), {}),
    (
        "image.crop_images",
        (P[0],),
        dict(top_cropping=1, left_cropping=2, target_height=3, target_width=4),
    ),
    ("image.extract_patches", (P, 2), {}),
    ("image.extract_patches", (P, (2, 3)), dict(strides=1, padding="same")),
    ("image.extract_patches_3d", (D, 2), {}),
    ("image.extract_patches_3d", (D, (2, 1, 3)), dict(strides=1, padding="same")),
    ("image.gaussian_blur", (N,), {}),
    ("image.gaussian_blur", (N, (5, 5), (2.0, 2.0)), {}),
    ("image.sobel_edges", (P,), {}),
    ("image.ssim", (N, np.clip(N + 0.2, 0, 1)), {}),
    ("image.resize", (P, (10, 4)), {}),
    ("image.resize", (P, (4, 4)), dict(crop_to_aspect_ratio=True)),
    ("image.resize", (P, (4, 4)), dict(pad_to_aspect_ratio=True, fill_value=0.5)),
    ("image.resize", (P, (3, 4)), dict(interpolation="bicubic", antialias=True)),
    ("image.rgb_to_hsv", (P,), {}),
    ("image.rgb_to_grayscale", (P,), {}),
    *[
        ("image.map_coordinates", (P[0, :, :, 0], at, order), dict(fill_mode=f))
        for at in (r.uniform(-4, 9, (2, 6)).astype("float32"),)
        for order in (0, 1)
        for f in "constant nearest wrap reflect".split()
    ],
    *[
        (
            "image.scale_and_translate",
            (
                P,
                (2, 3, 9, 3),
                np.array([0.5, 1.5], "float32"),
                np.array([0.2, 0.4], "float32"),
                (1, 2),
                method,
            ),
            {},
        )
        for method in ("linear", "cubic", "lanczos3")
    ],
]
