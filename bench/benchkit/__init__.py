"""The parts of the benchmark runner: peers, measuring, statistics and tables."""
