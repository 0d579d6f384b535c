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
from policies.core.satisfaction import (
    ask_for_satisfaction,
    dissatisfied_goes_on,
    satisfied_ends,
    spoken_of_before_it_was_seen,
    wait_for_the_answer,
    what_the_customer_says,
    written_to_again,
)
from policies.core.waiting import customer_is_waited_for_no_more, department_is_waited_for_no_more

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
    customer_is_waited_for_no_more,
    department_is_waited_for_no_more,
    hand_over_with_summary,
    task_by_its_due_date,
    nonsense_in_fields,
    what_the_customer_says,
    dissatisfied_goes_on,
    satisfied_ends,
    written_to_again,
    wait_for_the_answer,
    spoken_of_before_it_was_seen,
    ask_for_satisfaction,
    show_what_is_due,
    show_who_was_told,
    show_that_something_was_found,
    note_the_situation,
)
