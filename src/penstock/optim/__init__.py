"""How weights follow their gradients: one equation for each optimizer."""
