"""From the document model to definitions that the engine runs."""
