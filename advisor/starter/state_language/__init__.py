"""Flow in, Amazon States Language (ASL) out, in JSONata or JSONPath."""
