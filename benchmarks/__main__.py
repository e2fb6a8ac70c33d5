"""`python -m benchmarks [--quick]`: runs what measures the engine; benchmarks.tck needs folders and is run by itself."""

from benchmarks import engine

engine.main()
