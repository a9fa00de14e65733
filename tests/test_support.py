"""docs/support.md says what the faces have."""

import subprocess
import sys


def test_support_page_is_fresh(root):
    # In a process of its own: faces are installed in TensorFlow's place.
    command = [sys.executable, str(root / "tools" / "support.py"), "--check"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, f"docs/support.md is stale: make docs\n{done.stderr}"
