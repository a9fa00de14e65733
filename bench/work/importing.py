"""`importing.py MODULE`: seconds to import it, and then to the first value."""

import importlib
import json
import sys
import time

started = time.perf_counter()
tf = importlib.import_module(sys.argv[1])
imported = time.perf_counter()
assert (tf.constant([1.0, 2.0]) + 1.0).numpy().tolist() == [2.0, 3.0]
first = time.perf_counter()
print(json.dumps({"import_s": imported - started, "first_s": first - started}))
