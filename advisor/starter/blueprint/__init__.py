"""What a starter project consists of, as plain values. Imports nothing else of the starter."""
