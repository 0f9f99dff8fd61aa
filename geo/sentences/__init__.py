"""Read limits sentences and paragraphs: names, words, limits, figures."""

from geo.sentences.limits import Fault, Limit, LimitsSentenceError, parse_limits

__all__ = ["Fault", "Limit", "LimitsSentenceError", "parse_limits"]
