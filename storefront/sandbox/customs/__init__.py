"""Customs windows: the Chinese one takes CEB messages, the Russian one express declarations."""
