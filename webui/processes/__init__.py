"""Pages of processes: versions, drafts, rollout, instances, incidents."""
