"""Carriers: consignments on the line haul, parcels on the last mile, and the events of both."""
