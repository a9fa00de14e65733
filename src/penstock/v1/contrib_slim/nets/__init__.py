"""`slim.nets`: known networks, under the names of their published checkpoints."""
