"""What a traced function tells of itself: its rewritten source, its FunctionDef."""

import penstock as tf


def test_rewritten_source():
    @tf.function
    def collatz(n):
        while n > 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
        return n

    text = tf.autograph.to_code(collatz.python_function)
    assert text.startswith("def collatz(n):")
    assert "while n" not in text, "loops are calls now"
    compile(text, "rewritten", "exec")
    assert tf.autograph.to_code(collatz) == text


def test_source_of_what_needs_no_rewriting():
    def plain(x):
        return -x

    assert tf.autograph.to_code(plain).strip() == "def plain(x):\n        return -x"


def test_function_def():
    cube = tf.function(lambda x: x**3).get_concrete_function(tf.constant(2.0))
    message = cube.function_def
    assert [a.name for a in message.signature.input_arg] == ["x"]
    assert "Pow" in [node.op for node in message.node_def]
    assert len(message.signature.output_arg) == len(message.ret) == 1
