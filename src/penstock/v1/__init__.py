"""The 1.x face: what programs of the graph years call, over what both faces share."""
