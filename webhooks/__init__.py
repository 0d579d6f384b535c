"""HTTP in: takes deliveries in fast and decides nothing."""
