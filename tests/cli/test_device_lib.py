"""`tensorflow.python.client.device_lib`, as programs ask it for their GPUs."""

import subprocess
import sys

PROGRAM = """
from tensorflow.python.client import device_lib
found = device_lib.list_local_devices()
print([d.name for d in found if d.device_type == "GPU"])
print(found)
"""


def test_the_devices_of_this_machine(tmp_path):
    program = tmp_path / "devices.py"
    program.write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, "-m", "penstock", "run", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, rest = done.stdout.split("\n", 1)
    assert first.startswith("[")
    assert rest.startswith('[name: "/device:CPU:0"\ndevice_type: "CPU"\n')
    assert "memory_limit: 268435456\nlocality {\n}\nincarnation: " in rest
