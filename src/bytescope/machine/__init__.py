"""The reference engine: interprets guest code, one instruction after the other, in resident frames."""
