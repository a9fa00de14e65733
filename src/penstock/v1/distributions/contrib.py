"""`tf.contrib.distributions`: all of `tf.distributions`, and more."""

from penstock.v1 import distributions as _distributions
from penstock.v1.distributions import *  # noqa: F403
from penstock.v1.distributions import kl
from penstock.v1.distributions.composed import (
    Independent,
    Mixture,
    MixtureSameFamily,
    TransformedDistribution,
)
from penstock.v1.distributions.continuous import Chi2
from penstock.v1.distributions.discrete import (
    Binomial,
    Geometric,
    OneHotCategorical,
    Poisson,
)
from penstock.v1.distributions.more import (
    BernoulliWithSigmoidProbs,
    Cauchy,
    Deterministic,
    ExponentialWithSoftplusRate,
    GammaWithSoftplusConcentrationRate,
    Gumbel,
    HalfNormal,
    InverseGamma,
    LaplaceWithSoftplusScale,
    Logistic,
    NormalWithSoftplusScale,
    StudentTWithAbsDfSoftplusScale,
    VectorDeterministic,
    softplus_inverse,
)
from penstock.v1.distributions.normal_vectors import (
    MultivariateNormalDiag,
    MultivariateNormalDiagWithSoftplusScale,
    MultivariateNormalFullCovariance,
    MultivariateNormalTriL,
)
from penstock.v1.distributions.relaxed import (
    ExpRelaxedOneHotCategorical,
    RelaxedBernoulli,
    RelaxedOneHotCategorical,
)

__all__: list[str] = [
    "BernoulliWithSigmoidProbs", "Binomial", "Cauchy", "Chi2",
    "Deterministic", "ExpRelaxedOneHotCategorical", "ExponentialWithSoftplusRate",
    "GammaWithSoftplusConcentrationRate", "Geometric", "Gumbel", "HalfNormal",
    "Independent", "InverseGamma", "LaplaceWithSoftplusScale", "Logistic", "Mixture",
    "MixtureSameFamily", "MultivariateNormalDiag",
    "MultivariateNormalDiagWithSoftplusScale", "MultivariateNormalFullCovariance",
    "MultivariateNormalTriL", "NormalWithSoftplusScale", "OneHotCategorical", "Poisson",
    "RelaxedBernoulli", "RelaxedOneHotCategorical", "StudentTWithAbsDfSoftplusScale",
    "TransformedDistribution", "VectorDeterministic", "kl", "softplus_inverse",
]  # fmt: skip
__all__ += _distributions.__all__
