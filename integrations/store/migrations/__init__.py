"""The store's revisions, run by `integrations.store.migrate`. One is never changed once released; the next is added."""
