"""The ground floor: dtypes, shapes, nested structures, errors. NumPy only."""
