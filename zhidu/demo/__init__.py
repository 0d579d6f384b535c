"""A small company's week, played through the real service in fast time."""
