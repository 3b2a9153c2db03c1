"""Contents of a starter project as plain values. Imports nothing else of the starter."""
