"""Make one polygon of named centrelines: order, corners, rings, strips."""

from geo.enclosures.enclose import enclose, order_limits

__all__ = ["enclose", "order_limits"]
