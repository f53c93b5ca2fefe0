"""How far the numbers can be trusted: published cases, years as they were, what rests on assumption, calibration."""
