"""The intake module's rules: what a ticket is, how its customer feels, what it is about, and what is missing."""

from policies.intake.asking import ask_for_missing
from policies.intake.kinds import (
    a_later_message_complains,
    business_by_words,
    complaint_by_words,
    incident_by_words,
    inquiry_by_words,
    propose_what_was_learnt,
    suggestion_by_words,
    support_by_words,
)
from policies.intake.marks import category_by_words, flags_by_words, language_of_customer, mood_by_words

RULES = (
    inquiry_by_words,
    business_by_words,
    complaint_by_words,
    suggestion_by_words,
    support_by_words,
    incident_by_words,
    a_later_message_complains,
    propose_what_was_learnt,
    flags_by_words,
    mood_by_words,
    language_of_customer,
    category_by_words,
    ask_for_missing,
)
