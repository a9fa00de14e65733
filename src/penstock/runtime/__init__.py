"""Plans, compiled steps, variables and sessions."""

import penstock.kernels  # noqa: F401 (puts faster bodies beside the ops' own)
