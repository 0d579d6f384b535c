"""Past tickets under a policy: what would have happened, beside what was. Writes nothing to the helpdesk."""
