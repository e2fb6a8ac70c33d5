"""Help beside the handling: contributions of departments, approvals by authority, suggestions handed to a team."""
