"""One module a command; `zhidu.cli` imports a module when its command is used."""
