"""Files in and out: inputs, downloads, the clip store, receipts, frames and film tools. Imports `transport`, `ledger` and below."""
