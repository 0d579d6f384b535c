"""What `zhidu doctor` looks at: this machine and its configuration (`here`), the helpdesk (`there`)."""
