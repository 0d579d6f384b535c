"""What holds for every ticket: it has a kind, an owner, a true time of receipt, and shows what is due next."""

from policies.core.kinds import (
    business_of_desk,
    complaint_by_words,
    complaint_of_desk,
    incident_of_desk,
    inquiry_of_desk,
    nonsense_in_fields,
    support_of_desk,
    task_of_desk,
    true_time_of_receipt,
)
from policies.core.ownership import (
    case_owner,
    every_desk_has_a_leader,
    hand_over_with_summary,
    no_case_without_owner,
    owner_out_of_office,
    task_by_its_due_date,
)
from policies.core.panel import (
    note_the_situation,
    show_that_something_was_found,
    show_what_is_due,
    show_who_was_told,
)

RULES = (
    inquiry_of_desk,
    business_of_desk,
    complaint_of_desk,
    support_of_desk,
    task_of_desk,
    incident_of_desk,
    complaint_by_words,
    true_time_of_receipt,
    owner_out_of_office,
    case_owner,
    no_case_without_owner,
    every_desk_has_a_leader,
    hand_over_with_summary,
    task_by_its_due_date,
    nonsense_in_fields,
    show_what_is_due,
    show_who_was_told,
    show_that_something_was_found,
    note_the_situation,
)
