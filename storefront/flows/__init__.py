"""The sentences of the business: first this, then that, one transaction each."""
