"""Plans, compiled steps, variables and sessions."""
