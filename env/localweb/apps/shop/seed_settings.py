"""Settings while the shop is being seeded: the search index is built once, at the end."""

from shop.settings import *  # noqa: F403

HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"
