"""By what right goods cross: tariff, duties, declarations, and the windows they are sent to."""
