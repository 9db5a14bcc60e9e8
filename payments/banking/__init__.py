"""By which banks money goes: pairs as data, bank days, and the choice among them."""
