"""Reports: one document model, rendered as text and JSON.  Nothing is computed here."""
