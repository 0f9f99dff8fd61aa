"""Named centrelines to one polygon: order, corners, rings, strips."""

from geo.enclosures.enclose import enclose, order_limits

__all__ = ["enclose", "order_limits"]
