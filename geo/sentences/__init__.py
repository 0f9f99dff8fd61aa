"""Read limits sentences and paragraphs: names, words, limits, figures."""

from geo.sentences.limits import Limit, parse_limits

__all__ = ["Limit", "parse_limits"]
