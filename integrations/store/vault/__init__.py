"""The vault: originals, sealed; each shown to one person, once, with a second person's consent (6.1.1, 6.1.4)."""
