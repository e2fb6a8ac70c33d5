"""The processes themselves, for programs, supervisors and analysts: versions, drafts, rollout, instances and what went wrong."""
