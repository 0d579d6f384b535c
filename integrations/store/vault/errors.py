"""What can go wrong with an original. No text of these errors holds any of one, or of a key."""

from integrations.store.errors import StoreError


class Tampered(StoreError):
    """What is stored is not what was sealed there: changed, moved, cut, or sealed by another key of the same name."""


class KeyGone(StoreError):
    """The key of the original's period is not at hand; originals of other periods are readable."""


class WrongKey(StoreError):
    """Under the id of a key, another one is configured than was used so far."""

    def __init__(self, key_id: str) -> None:
        what = f"the key {key_id}" if key_id else "the vault's secret"
        super().__init__(f"{what} is another than the one used so far: give it back, or give a new key a new id")


class Shredded(StoreError):
    """The ticket's data key was destroyed: nobody can read the original any more."""


class TooLarge(StoreError):
    """The original is larger than the vault takes."""


class Denied(StoreError):
    """Who asked may not, or not now; the attempt is in the query log."""


class Forged(Denied):
    """The store says that there is an approval, and none was given: somebody else than the vault wrote in it."""
