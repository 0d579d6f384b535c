"""The helpdesk as code: what it should have (`desired`), what it has (`actual`), what differs (`planning`), `applying`.

Every object of ours is known again by what was recorded, by a mark in its note, or by a name that only ours have;
nothing else is ever touched.
"""
