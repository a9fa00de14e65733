"""Python-2 source, converted in memory: syntax by fissix, meaning by us."""
