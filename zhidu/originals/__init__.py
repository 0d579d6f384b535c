"""The report of where originals of confidential data may still exist: by ticket, and outside the helpdesk (6.1.1)."""
