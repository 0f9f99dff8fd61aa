"""Say how sure a shape is: position of its sides, identity of its streets, calibration."""
