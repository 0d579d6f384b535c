"""The adapter to Zammad: its client, its JSON, its names; nothing here decides anything."""
