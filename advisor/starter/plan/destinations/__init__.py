"""Functions in, destinations, their target resources and stream readers out."""
