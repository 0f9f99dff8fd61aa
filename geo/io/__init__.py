"""Read and write files: plain values or an error that names the file; whole or not at all."""

from geo.io.read import read_layer

__all__ = ["read_layer"]
