"""What tests and benchmarks share: towns, servers, faults, simulation."""
