"""`tf.contrib.distributions` beyond `tf.distributions`: TensorFlow 2 has it no more.

Densities and moments are SciPy's, samples are held to the moments, bijectors to the
law that their volume is the derivative.
"""

import numpy as np
import pytest

import penstock.compat.v1 as tf

stats = pytest.importorskip("scipy.stats")
ds = tf.contrib.distributions
TRIL = np.array([[1.5, 0.0, 0.0], [0.5, 1.0, 0.0], [-0.5, 0.25, 2.0]], np.float32)
LOC = np.array([0.5, -1.0, 2.0], np.float32)
DIAG = np.array([1.0, 0.5, 2.0], np.float32)

#: Name -> (distribution, SciPy's, where to ask).
CONTINUOUS = {
    "logistic": (lambda: ds.Logistic(0.5, 2.0), lambda: stats.logistic(0.5, 2.0)),
    "gumbel": (lambda: ds.Gumbel(0.5, 2.0), lambda: stats.gumbel_r(0.5, 2.0)),
    "half_normal": (lambda: ds.HalfNormal(2.0), lambda: stats.halfnorm(0, 2.0)),
    "chi2": (lambda: ds.Chi2(3.0), lambda: stats.chi2(3)),
    "inverse_gamma": (
        lambda: ds.InverseGamma(5.0, 2.0), lambda: stats.invgamma(5, scale=2)
    ),
    "tril": (
        lambda: ds.MultivariateNormalTriL(LOC, TRIL),
        lambda: stats.multivariate_normal(LOC, TRIL @ TRIL.T),
    ),
    "diag": (
        lambda: ds.MultivariateNormalDiag(LOC, DIAG),
        lambda: stats.multivariate_normal(LOC, np.diag(DIAG**2)),
    ),
    "multiplier": (
        lambda: ds.MultivariateNormalDiag(LOC, scale_identity_multiplier=0.5),
        lambda: stats.multivariate_normal(LOC, 0.25 * np.eye(3)),
    ),
    "full": (
        lambda: ds.MultivariateNormalFullCovariance(LOC, TRIL @ TRIL.T),
        lambda: stats.multivariate_normal(LOC, TRIL @ TRIL.T),
    ),
    "independent": (
        lambda: ds.Independent(ds.Normal(LOC, DIAG), 1),
        lambda: stats.multivariate_normal(LOC, np.diag(DIAG**2)),
    ),
    "log_normal": (
        lambda: ds.TransformedDistribution(
            ds.Normal(0.5, 0.5), ds.bijectors.Exp(), name="LogNormal"
        ),
        lambda: stats.lognorm(0.5, scale=np.exp(0.5)),
    ),
}  # fmt: skip
DISCRETE = {
    "poisson": (lambda: ds.Poisson(3.0), lambda: stats.poisson(3)),
    "geometric": (lambda: ds.Geometric(probs=0.3), lambda: stats.geom(0.3, -1)),
    "binomial": (lambda: ds.Binomial(5.0, probs=0.3), lambda: stats.binom(5, 0.3)),
}


def values(asked):
    with tf.Session() as session:
        return session.run(asked)


def asked_of(d, at, scipys):
    asked = {"log_prob": d.log_prob(at.astype(np.float32))}
    several = at.ndim > 1
    for name in ("mean", "entropy") if several else ("mean", "variance", "entropy"):
        try:
            asked[name] = getattr(d, name)()
        except NotImplementedError:
            continue
    if not several:
        try:
            asked["cdf"] = d.cdf(at.astype(np.float32))
        except NotImplementedError:
            pass
    return asked


@pytest.mark.parametrize("name", [*CONTINUOUS, *DISCRETE])
def test_density_and_moments_are_scipys(name):
    make, scipys = (CONTINUOUS | DISCRETE)[name]
    theirs = scipys()
    with tf.Graph().as_default():
        d = make()
        at = np.asarray(theirs.rvs(5, random_state=np.random.RandomState(1)))
        asked = asked_of(d, at, theirs)
        if name != "binomial":
            asked["sample"] = d.sample(4000, seed=3)
        got = values(asked)
    log = theirs.logpdf if hasattr(theirs, "logpdf") else theirs.logpmf
    if name in DISCRETE:
        log = theirs.logpmf
    wanted = {"log_prob": log(at), "entropy": theirs.entropy()}
    wanted["mean"] = theirs.mean if name in _VECTORS else theirs.mean()
    if at.ndim == 1:
        wanted |= {"variance": theirs.var(), "cdf": theirs.cdf(at)}
    for key in got:
        if key == "sample":
            mean = np.asarray(wanted["mean"])
            spread = got[key].std(0) / np.sqrt(4000)
            assert np.all(np.abs(got[key].mean(0) - mean) < 5 * spread + 1e-6), key
        else:
            np.testing.assert_allclose(
                got[key], wanted[key], rtol=2e-5, atol=2e-5, err_msg=key
            )


_VECTORS = ("tril", "diag", "multiplier", "full", "independent")


def test_divergence_of_normal_vectors():
    """KL(p || q) by its definition, over the closed form's terms."""
    with tf.Graph().as_default():
        p = ds.MultivariateNormalTriL(LOC, TRIL)
        q = ds.MultivariateNormalDiag([0.0, 0.5, 1.0], [1.0, 2.0, 1.5])
        got = values(
            [ds.kl_divergence(p, q), ds.kl_divergence(q, q), p.kl_divergence(q)]
        )
    s, t = TRIL @ TRIL.T, np.diag([1.0, 4.0, 2.25])
    apart = np.array([0.0, 0.5, 1.0]) - LOC
    inverse = np.linalg.inv(t)
    wanted = 0.5 * (
        np.trace(inverse @ s) + apart @ inverse @ apart - 3
        + np.log(np.linalg.det(t) / np.linalg.det(s))
    )  # fmt: skip
    np.testing.assert_allclose(got, [wanted, 0, wanted], rtol=1e-5, atol=1e-6)


def test_mixtures():
    weights, means, spreads = [0.3, 0.7], [-1.0, 2.0], [0.5, 1.0]
    x = np.array([-2.0, 0.0, 1.5], np.float32)
    with tf.Graph().as_default():
        cat = ds.Categorical(probs=weights)
        same = ds.MixtureSameFamily(cat, ds.Normal(means, spreads))
        parts = [ds.Normal(m, s) for m, s in zip(means, spreads, strict=True)]
        any_kind = ds.Mixture(cat, parts)
        asked = [
            (d.prob(x), d.mean(), d.variance(), d.sample(4000, seed=1))
            for d in (same, any_kind)
        ]
        found = values(asked)
    prob = sum(
        w * stats.norm(m, s).pdf(x)
        for w, m, s in zip(weights, means, spreads, strict=True)
    )
    mean = 0.3 * -1 + 0.7 * 2
    var = 0.3 * (0.25 + 1) + 0.7 * (1 + 4) - mean**2
    for got in found:
        np.testing.assert_allclose(got[0], prob, rtol=1e-5)
        np.testing.assert_allclose(got[1:3], [mean, var], rtol=1e-5)
        assert abs(got[3].mean() - mean) < 0.2


def test_relaxed_draws():
    """Cold draws are nearly one-hot, by the probabilities; densities integrate."""
    probs = np.array([0.2, 0.5, 0.3], np.float32)
    with tf.Graph().as_default():
        cold = ds.RelaxedOneHotCategorical(0.1, probs=probs).sample(2000, seed=2)
        coin = ds.RelaxedBernoulli(0.7, probs=0.3)
        grid = np.linspace(1e-4, 1 - 1e-4, 4001).astype(np.float32)
        logits = tf.constant([0.1, 0.2])
        slope = tf.gradients(
            ds.RelaxedOneHotCategorical(1.0, logits).sample(seed=1)[0], logits
        )[0]
        draws, density, slope = values([cold, coin.prob(grid), slope])
    np.testing.assert_allclose(draws.sum(-1), 1, rtol=1e-5)
    np.testing.assert_allclose(draws.mean(0), probs, atol=0.04)
    np.testing.assert_allclose(np.trapezoid(density, grid), 1, atol=0.02)
    assert np.all(slope != 0)


BIJECTORS = {
    "exp": (lambda b: b.Exp(), 0),
    "sigmoid": (lambda b: b.Sigmoid(), 0),
    "tanh": (lambda b: b.Tanh(), 0),
    "softplus": (lambda b: b.Softplus(), 0),
    "affine_scalar": (lambda b: b.AffineScalar(1.0, -2.0), 0),
    "chain": (lambda b: b.Chain([b.Exp(), b.AffineScalar(0.5, 2.0)]), 0),
    "invert": (lambda b: b.Invert(b.Exp()), 0),
    "affine": (lambda b: b.Affine([1.0, 2.0, 0.0], scale_tril=TRIL), 1),
    "permute": (lambda b: b.Permute([2, 0, 1]), 1),
}


@pytest.mark.parametrize("name", BIJECTORS)
def test_bijectors(name):
    make, axes = BIJECTORS[name]
    with tf.Graph().as_default():
        b = make(ds.bijectors)
        x = tf.constant([0.3, 1.2, 0.7])
        y = b.forward(x)
        rows = [tf.gradients(y[i], x)[0] for i in range(3)]
        volume = b.forward_log_det_jacobian(x, axes) + tf.zeros([] if axes else [3])
        other = b.inverse_log_det_jacobian(y, axes) + tf.zeros([] if axes else [3])
        back, jacobian, volume, other = values([b.inverse(y), rows, volume, other])
    jacobian = np.array(jacobian)
    volumes = np.linalg.det(jacobian) if axes else np.diag(jacobian)
    wanted = np.log(np.abs(volumes))
    np.testing.assert_allclose(back, [0.3, 1.2, 0.7], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(volume, wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(other, -wanted, rtol=1e-4, atol=1e-5)
