"""Mails on their way into the helpdesk: taken by SMTP, masked, handed on. Nothing here keeps a mail."""
