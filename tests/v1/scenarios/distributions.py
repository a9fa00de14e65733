"""`tf.distributions`: samples of given seeds, densities, moments, divergences."""

KINDS = {
    "normal": lambda d: d.Normal([0.0, 1.0], [1.0, 2.0]),
    "bernoulli": lambda d: d.Bernoulli(logits=[0.3, -1.0]),
    "bernoulli_of_probs": lambda d: d.Bernoulli(probs=[0.3, 0.9]),
    "beta": lambda d: d.Beta([2.0, 0.5], [3.0, 0.5]),
    "categorical": lambda d: d.Categorical(logits=[[0.3, -1, 2], [0, 0, 1]]),
    "categorical_of_probs": lambda d: d.Categorical(probs=[0.2, 0.3, 0.5]),
    "dirichlet": lambda d: d.Dirichlet([1.0, 2.0, 3.0]),
    "dirichlet_multinomial": lambda d: d.DirichletMultinomial(4.0, [1.0, 2.0, 3.0]),
    "exponential": lambda d: d.Exponential([1.0, 2.0]),
    "gamma": lambda d: d.Gamma([1.5, 2.0], [3.0, 0.5]),
    "laplace": lambda d: d.Laplace([0.0, 2.0], [3.0, 0.5]),
    "multinomial": lambda d: d.Multinomial(4.0, probs=[0.2, 0.3, 0.5]),
    "student_t": lambda d: d.StudentT([3.0, 4.0], [0.0, 1.0], [1.0, 2.0]),
    "uniform": lambda d: d.Uniform([0.0, 1.0], [1.0, 3.0]),
}
MOMENTS = "mean variance stddev mode entropy covariance"
AT = "log_prob prob cdf log_cdf survival_function log_survival_function"
PAIRS = {
    "normal": lambda d: d.Normal([0.5, 0.0], [2.0, 1.5]),
    "bernoulli": lambda d: d.Bernoulli(logits=[-0.3, 0.0]),
    "beta": lambda d: d.Beta([1.0, 0.75], [2.0, 1.5]),
    "categorical": lambda d: d.Categorical(logits=[[1.0, 0, 0], [0, 2, 1]]),
    "dirichlet": lambda d: d.Dirichlet([2.0, 2.0, 1.0]),
    "gamma": lambda d: d.Gamma([1.0, 2.5], [2.0, 0.75]),
}


def _told(distribution):
    d = distribution
    return [str(d), repr(d), str(d.reparameterization_type), sorted(d.parameters)]


def _one(kind):
    def program(tf):
        tf.set_random_seed(7)
        d = KINDS[kind](tf.distributions)
        asked, lacking = {}, []
        for method in MOMENTS.split():
            try:
                asked[method] = getattr(d, method)()
            except NotImplementedError as error:
                lacking.append(str(error))
        asked["sample"] = d.sample(3, seed=5)
        asked["one"] = d.sample(seed=4)
        asked["shaped"] = d.sample([2, 2], seed=6)
        asked["batch"], asked["event"] = d.batch_shape_tensor(), d.event_shape_tensor()
        at = tf.stop_gradient(asked["one"])
        for method in AT.split():
            try:
                asked[method] = getattr(d, method)(at)
            except NotImplementedError as error:
                lacking.append(str(error))
        if kind in PAIRS:
            other = PAIRS[kind](tf.distributions)
            asked["kl"] = tf.distributions.kl_divergence(d, other)
            asked["cross"] = d.cross_entropy(other)
        shapes = [f"{name} {value.shape}" for name, value in asked.items()]
        with tf.Session() as session:
            values = session.run(asked)
        return {**values, "told": _told(d), "lacking": lacking, "shapes": shapes}

    return program


MORE = {kind: _one(kind) for kind in KINDS}


def normal_tails(tf):
    d = tf.distributions.Normal(0.0, 1.0)
    x = tf.constant([-40.0, -15.0, -10.5, -9.5, -3.0, 0.0, 3.0, 6.0, 12.0])
    with tf.Session() as session:
        return {
            "log_cdf": session.run(d.log_cdf(x)),
            "log_survival": session.run(d.log_survival_function(x)),
            "slope": session.run(tf.gradients(d.log_cdf(x), x)[0]),
            "quantile": session.run(d.quantile([0.01, 0.5, 0.9])),
        }


def gradients_through_samples(tf):
    tf.set_random_seed(3)
    d = tf.distributions
    loc, scale = tf.constant([0.5]), tf.constant([2.0])
    drawn = d.Normal(loc, scale).sample(4, seed=1)
    logits = tf.constant([[0.1, 0.2, -0.4]])
    chosen = d.Categorical(logits=logits)
    score = chosen.log_prob(tf.constant([2]))
    spread = d.kl_divergence(d.Normal(loc, scale), d.Normal(0.0, 1.0))
    with tf.Session() as session:
        return {
            "by_sample": session.run(tf.gradients(drawn, [loc, scale])),
            "by_score": session.run(tf.gradients(score, logits)[0]),
            "by_entropy": session.run(tf.gradients(chosen.entropy(), logits)[0]),
            "by_divergence": session.run(tf.gradients(spread, [loc, scale])),
        }


def classes_of_unknown_batch(tf):
    logits = tf.placeholder(tf.float32, [None, 3])
    d = tf.distributions.Categorical(logits=logits)
    drawn = d.sample(seed=2)
    fed = [[0.1, 0.2, 3.0], [2.0, 0.0, 0.0]]
    with tf.Session() as session:
        found = session.run([drawn, d.log_prob(drawn), d.prob([0, 1])], {logits: fed})
    return {
        "drawn": found[0], "log_prob": found[1], "prob": found[2],
        "shapes": [str(drawn.shape), str(d.batch_shape)],
    }  # fmt: skip


def refusals(tf):
    d = tf.distributions
    wrong = [
        lambda: d.Categorical(),
        lambda: d.Bernoulli([0.1], [0.2]),
        lambda: d.Normal(0, 1),
        lambda: d.Bernoulli([1, 2]),
        lambda: d.kl_divergence(d.Normal(0.0, 1.0), d.Uniform()),
        lambda: d.Uniform().covariance(),
    ]
    told = []
    for make in wrong:
        try:
            make()
        except Exception as error:
            told.append(f"{type(error).__name__}: {error}")
    return {"told": told}


def registered_divergence(tf):
    d = tf.distributions

    class Mine(d.Normal):
        pass

    class Other(d.Uniform):
        pass

    @d.RegisterKL(Mine, Other)
    def rule(p, q, name=None):
        return p.loc + q.low

    found = d.kl_divergence(Mine(1.0, 2.0), Other(3.0, 4.0))
    with tf.Session() as session:
        return {"found": session.run(found)}
