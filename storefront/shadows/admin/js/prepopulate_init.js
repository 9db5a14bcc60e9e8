// No field of a desk is filled in from another; Django's script for it needs a library that is not sent.
