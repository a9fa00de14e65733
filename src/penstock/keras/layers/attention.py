"""Attention: Dot-product, additive, and with several heads."""

from __future__ import annotations

import math as numbers
from typing import Any

from penstock.api import array, math, nn
from penstock.api.scopes import tensor
from penstock.ir import context
from penstock.keras.layer import Layer
from penstock.keras.layers.einsum_dense import EinsumDense
from penstock.keras.layers.options import given, take, when_training
from penstock.keras.running import weight_scope


class _Attention(Layer):
    """The base: weights over the values from scores [batch, query, value]."""

    supports_masking = True

    def __init__(self, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.dropout = dropout

    def _scores(self, query, key):
        raise NotImplementedError

    def call(
        self,
        inputs,
        mask=None,
        training=None,
        return_attention_scores=False,
        use_causal_mask=False,
    ):
        if not isinstance(inputs, list | tuple) or len(inputs) not in (2, 3):
            raise ValueError(
                f"{type(self).__name__} layer accepts inputs list of length 2 or 3, "
                "namely [query, value] or [query, value, key]."
            )
        query, value = inputs[:2]
        key = inputs[2] if len(inputs) > 2 else value
        scores = self._scores(query, key)
        allowed = None
        if mask is not None and len(mask) > 1 and mask[1] is not None:
            allowed = array.expand_dims(mask[1], 1)
        if use_causal_mask:
            causal = lower_triangle(scores)
            allowed = causal if allowed is None else math.logical_and(allowed, causal)
        if allowed is not None:
            away = 1.0 - math.cast(allowed, scores.dtype)
            scores = scores - away * (
                65504.0 if scores.dtype.name == "float16" else 1e9
            )
        weights = nn.softmax(scores)
        if self.dropout:
            weights = when_training(
                training, lambda: nn.dropout(weights, self.dropout), lambda: weights
            )
        out = math.matmul(weights, value)
        if mask is not None and mask[0] is not None:
            kept = array.expand_dims(mask[0], -1)
            out = out * math.cast(kept, out.dtype)
        return (out, weights) if return_attention_scores else out

    def compute_mask(self, inputs, mask=None):
        return None if mask is None else mask[0]


def lower_triangle(scores):
    """True [1, query, value] where the value comes no later than the query."""
    sizes = array.shape(scores)
    rows = array.reshape(math.range(sizes[-2]), [1, -1, 1])
    columns = array.reshape(math.range(sizes[-1]), [1, 1, -1])
    return math.greater_equal(rows, columns)


class Attention(_Attention):
    """softmax(query·keyᵀ)·value: [batch, query, dim] and [batch, value, dim].

    Luong et al. (2015).
    """

    def __init__(self, use_scale=False, score_mode="dot", dropout=0.0, **kwargs):
        super().__init__(dropout, **kwargs)
        if score_mode not in ("dot", "concat"):
            raise ValueError(
                f"Received: score_mode={score_mode}. Acceptable values are: "
                "['dot', 'concat']"
            )
        self.use_scale, self.score_mode = use_scale, score_mode

    def build(self, input_shape):
        self.scale = self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight("scale", (), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                "concat_score_weight", (), initializer="ones"
            )
        self.built = True

    def _scores(self, query, key):
        if self.score_mode == "dot":
            scores = math.matmul(query, key, transpose_b=True)
            return scores if self.scale is None else scores * self.scale
        wide = array.expand_dims(query, -2) + array.expand_dims(key, -3)
        if self.scale is not None:
            wide = self.scale * wide
        return self.concat_score_weight * math.reduce_sum(math.tanh(wide), axis=-1)

    def get_config(self):
        return {
            **super().get_config(), **given(self, "use_scale", "score_mode", "dropout")
        }  # fmt: skip


class AdditiveAttention(_Attention):
    """softmax(Σ scale·tanh(query + key))·value. Bahdanau et al. (2014)."""

    def __init__(self, use_scale=True, dropout=0.0, **kwargs):
        super().__init__(dropout, **kwargs)
        self.use_scale = use_scale

    def build(self, input_shape):
        self.scale = None
        if self.use_scale:
            self.scale = self.add_weight(
                "scale", (input_shape[0][-1],), initializer="glorot_uniform"
            )
        self.built = True

    def _scores(self, query, key):
        wide = math.tanh(array.expand_dims(query, -2) + array.expand_dims(key, -3))
        if self.scale is not None:
            wide = self.scale * wide
        return math.reduce_sum(wide, axis=-1)

    def get_config(self):
        return {**super().get_config(), **given(self, "use_scale", "dropout")}


class MultiHeadAttention(Layer):
    """Attention of `num_heads` heads: [batch, query, in] over [batch, value, in'].

    Vaswani et al. (2017).
    """

    supports_masking = True

    def __init__(
        self, num_heads, key_dim, value_dim=None, dropout=0.0, use_bias=True,
        output_shape=None, attention_axes=None, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, bias_constraint=None,
        softmax_robust_masking=False, **kwargs,
    ):  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.num_heads, self.key_dim = num_heads, key_dim
        self.value_dim = value_dim or key_dim
        self.dropout, self.use_bias = dropout, use_bias
        self._output = output_shape
        if attention_axes not in (None, 1, (1,), [1]):
            raise ValueError(
                "MultiHeadAttention attends over axis 1 here. Received: "
                f"attention_axes={attention_axes}"
            )
        self.softmax_robust_masking = softmax_robust_masking
        take(
            self, kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer, kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )  # fmt: skip
        object.__setattr__(self, "_shapes", None)

    def __call__(self, query, value=None, key=None, **kwargs):
        return super().__call__(query, value, key=key, **kwargs)

    def _projection(self, name, equation, shape, bias_axes, source):
        made = EinsumDense(
            equation, output_shape=shape, name=name,
            bias_axes=bias_axes if self.use_bias else None,
            dtype=self._policy,
            **{
                k: _copy(getattr(self, k))
                for k in ("kernel_initializer", "bias_initializer")
            },
            **{
                k: getattr(self, k)
                for k in ("kernel_regularizer", "bias_regularizer", "kernel_constraint",
                          "bias_constraint")
            },
        )  # fmt: skip
        with weight_scope(name):
            made.build(source)
        made.built = True
        return made

    def _make(self, query, value, key) -> None:
        n, k, v = self.num_heads, self.key_dim, self.value_dim
        q = tuple(query)
        out = self._output
        out = (
            (q[-1],) if out is None else (out,) if isinstance(out, int) else tuple(out)
        )
        letters = "".join("defgh"[: len(out)])
        self._query_dense = self._projection(
            "query", "abc,cnk->abnk", (None, n, k), "nk", q
        )
        self._key_dense = self._projection(
            "key", "abc,cnk->abnk", (None, n, k), "nk", tuple(key)
        )
        self._value_dense = self._projection(
            "value", "abc,cnk->abnk", (None, n, v), "nk", tuple(value)
        )
        self._output_dense = self._projection(
            "attention_output", f"abnk,nk{letters}->ab{letters}", (None, *out), letters,
            (*q[:-1], n, v),
        )  # fmt: skip
        object.__setattr__(self, "_shapes", [[*s] for s in (query, key, value)])

    def build(self, input_shape):
        pass  # all three shapes are known in `call` only

    def call(
        self,
        query,
        value,
        key=None,
        attention_mask=None,
        mask=None,
        return_attention_scores=False,
        training=None,
        use_causal_mask=False,
    ):
        value = tensor(value)
        key = value if key is None else tensor(key)
        if self._shapes is None:
            with context.entered(context.outermost()):
                self._make(*(t.shape.as_list() for t in (query, value, key)))
        q: Any = self._query_dense(query)
        q = q * (1.0 / numbers.sqrt(float(self.key_dim)))
        k, v = self._key_dense(key), self._value_dense(value)
        scores = math.einsum("btnh,bsnh->bnts", q, k)
        allowed = self._allowed(
            scores, query, value, key, attention_mask, use_causal_mask
        )
        if allowed is not None:
            while len(allowed.dims) < 4:
                allowed = array.expand_dims(allowed, -3)
            least = -1e9 if scores.dtype.name != "float16" else -65504.0
            scores = scores + (1.0 - math.cast(allowed, scores.dtype)) * least
        weights = nn.softmax(scores)
        used = weights
        if self.dropout:
            used = when_training(
                training, lambda: nn.dropout(weights, self.dropout), lambda: weights
            )
        out = self._output_dense(math.einsum("bnts,bsnh->btnh", used, v))
        return (out, weights) if return_attention_scores else out

    def _allowed(self, scores, query, value, key, given_mask, causal):
        """True where a query may look at a value; None for everywhere."""
        from penstock.keras.masks import getattr_mask

        parts = []
        masks = [getattr_mask(t) for t in (query, value, key)]
        for mask, axis in zip(masks, (2, 1, 1), strict=True):
            if mask is not None:
                parts.append(array.expand_dims(mask, axis))
        if causal:
            triangle = lower_triangle(scores)
            parts.append(triangle)
        if given_mask is not None:
            parts.append(math.cast(given_mask, "bool"))
        out = None
        for part in parts:
            out = part if out is None else math.logical_and(out, part)
        return out

    def compute_mask(self, inputs, mask=None):
        from penstock.keras.masks import getattr_mask

        return getattr_mask(inputs)

    def get_config(self):
        config = {
            **super().get_config(),
            **given(self, "num_heads", "key_dim", "value_dim", "dropout", "use_bias",
                    "kernel_initializer", "bias_initializer", "kernel_regularizer",
                    "bias_regularizer", "activity_regularizer", "kernel_constraint",
                    "bias_constraint", "softmax_robust_masking"),
            "output_shape": self._output,
            "attention_axes": [1] if self._shapes else None,
        }  # fmt: skip
        names = ("query_shape", "key_shape", "value_shape")
        config.update(zip(names, self._shapes or (None,) * 3, strict=True))
        return config

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        shapes = [config.pop(f"{n}_shape", None) for n in ("query", "value", "key")]
        config.pop("attention_axes", None)
        layer = cls(**config)
        if None not in shapes:
            with weight_scope(layer.name):
                layer._make(*shapes)
            layer.built = True
        return layer


def _copy(initializer):
    """An initialiser that draws other numbers from the same recipe."""
    if not hasattr(initializer, "get_config"):
        return initializer
    return type(initializer).from_config(initializer.get_config())
