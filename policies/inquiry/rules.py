"""The inquiry module's rules, in the order in which they decide."""

from policies.inquiry.closing import closing_words_ready, complete_before_closing, show_what_is_missing
from policies.inquiry.deadlines import (
    answer_in_time,
    complex_never_explained,
    draft_explanation,
    explain_complex_question,
    first_reply,
    nonsense_is_simple,
    stage_of_inquiry,
)

RULES = (
    nonsense_is_simple,
    # What lies ready for a closing that lacks its words comes before the closing is undone.
    closing_words_ready,
    complete_before_closing,
    stage_of_inquiry,
    first_reply,
    answer_in_time,
    explain_complex_question,
    draft_explanation,
    complex_never_explained,
    show_what_is_missing,
)
