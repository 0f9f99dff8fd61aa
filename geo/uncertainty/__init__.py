"""How sure a shape is: position of its sides, identity of its streets, and what was calibrated."""
