"""Pages of cases: intake, the inbox, tasks, the case itself, links, exports, the survey."""
