"""`tf.distributions`, and what `tf.contrib.distributions` has beyond it."""

from penstock.v1.distributions.continuous import (
    Beta,
    Exponential,
    Gamma,
    Laplace,
    Normal,
    Uniform,
)
from penstock.v1.distributions.discrete import Bernoulli, Categorical
from penstock.v1.distributions.distribution import (
    FULLY_REPARAMETERIZED,
    NOT_REPARAMETERIZED,
    Distribution,
    ReparameterizationType,
)
from penstock.v1.distributions.kl import RegisterKL, kl_divergence
from penstock.v1.distributions.student import StudentT
from penstock.v1.distributions.vectors import (
    Dirichlet,
    DirichletMultinomial,
    Multinomial,
)

__all__ = [
    "FULLY_REPARAMETERIZED", "NOT_REPARAMETERIZED", "Bernoulli", "Beta", "Categorical",
    "Dirichlet", "DirichletMultinomial", "Distribution", "Exponential", "Gamma",
    "Laplace", "Multinomial", "Normal", "RegisterKL", "ReparameterizationType",
    "StudentT", "Uniform", "kl_divergence",
]  # fmt: skip
