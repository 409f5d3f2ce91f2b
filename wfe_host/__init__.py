"""The runtime of wfe: WorkflowHost drives instances, timers and recovery."""
