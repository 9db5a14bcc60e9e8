// No row of a desk is dragged; Unfold's library for it is not sent.
