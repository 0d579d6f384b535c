"""The business module's rules, in the order in which they decide."""

from policies.business.completion import (
    back_from_department,
    customer_was_told,
    department_in_time,
    department_without_group,
    notice_given_up,
    tell_customer_of_result,
    tell_in_time,
    to_department,
)
from policies.business.documents import (
    ask_for_documents,
    begin_checklist,
    first_reply,
    remind_then_lapse,
    review_in_time,
    tell_requirements,
    wait_for_documents,
)
from policies.business.stages import (
    back_from_an_early_hand_over,
    complete_before_closing,
    department_before_done,
    documents_before_department,
    identity_first,
    note_who_verified,
    show_what_is_missing,
    stage_of_request,
    told_before_told,
    type_by_words,
)

RULES = (
    type_by_words,
    stage_of_request,
    # Whatever undoes a closing or a stage comes before whatever follows from it.
    complete_before_closing,
    identity_first,
    documents_before_department,
    department_before_done,
    notice_given_up,
    told_before_told,
    back_from_an_early_hand_over,
    note_who_verified,
    first_reply,
    tell_requirements,
    begin_checklist,
    review_in_time,
    ask_for_documents,
    wait_for_documents,
    remind_then_lapse,
    to_department,
    department_without_group,
    department_in_time,
    back_from_department,
    tell_customer_of_result,
    customer_was_told,
    tell_in_time,
    show_what_is_missing,
)
