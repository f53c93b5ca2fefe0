"""How the answer moves with prices and other parameters: the same flow problem with other numbers."""
