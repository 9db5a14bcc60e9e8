"""Money: the ledger, charges, refunds, rates, settlement, and what is said to the outside."""
