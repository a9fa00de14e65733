"""Python control flow on tensors: functions rewritten so that `if`, `while`, `for`, ...

ask what they were given. On Python values they do what Python does; on a tensor whose
value is not known yet they become `tf.cond` and `tf.while_loop`.

`jumps` removes return, break and continue from inside branches and loops;
`statements` turns what is left into calls of `staged`; `functions` does both for a
function object and remembers the result.
"""

from penstock.api.rewriting.functions import code_of, rewritten

__all__ = ["code_of", "rewritten"]
