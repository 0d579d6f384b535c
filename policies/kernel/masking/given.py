"""Given names of English that are no words besides, so that one of them tells a name without a label saying so.

Bill, Mark, Will, Grace, Rose, May and their like are left out: `Customer: bill payment failed`.
"""

from typing import Final

_LISTED: Final = (
    "aaron adam adrian aidan alan albert alex alexander alfred alice alison allison amanda amber amelia amy "
    "andrea andrew angela anita ann anna anne annie anthony antonio arthur ashley audrey barbara beatrice ben "
    "benjamin bernard beth betty beverly brandon brenda brian bridget bruce bryan cameron carl carlos carol "
    "caroline carolyn catherine cathy charles charlotte cheryl chloe chris christina christine christopher cindy "
    "claire clara colin connor craig cynthia daniel daniela danielle david deborah debra denise dennis derek "
    "diana diane donald donna doris dorothy douglas duncan dylan edward edwin eileen elaine eleanor elena "
    "elizabeth ella ellen emily emma eric erica ethan eugene evan evelyn fatima felix fiona frances francis "
    "gabriel gareth gary geoffrey george gerald gillian gloria gordon graham greg gregory hannah harold harriet "
    "harry hazel heather helen henry howard hugh ian irene isaac isabel isabella ivan jack jacob jacqueline jake "
    "james jane janet janice jason jean jeffrey jennifer jeremy jessica jill joan joanna joanne joe joel john "
    "jonathan jose joseph joshua joyce juan judith judy julia julian julie justin karen kate katherine kathleen "
    "kathryn katie keith kelly kenneth kevin kim kimberly kyle larry laura lauren lawrence leo leonard leslie "
    "liam lillian linda lisa logan louis louise lucas lucy luis luke lynn madison margaret maria marie marilyn "
    "marion martha martin mary matthew megan melissa michael michelle mohamed mohammed monica muhammad nancy "
    "natalie nathan neil nicholas nicola nicole nigel noah nora norman oliver olivia oscar pamela patricia "
    "patrick paul paula pauline peter philip phillip rachel ralph raymond rebecca richard rita robert robin roger "
    "ronald rosemary ross roy russell ruth ryan samantha samuel sandra sara sarah scott sean shane sharon sheila "
    "shirley simon sofia sophia sophie stephanie stephen steve steven stuart susan suzanne sylvia teresa theresa "
    "thomas timothy tina tracy trevor valerie vanessa veronica victor victoria vincent virginia vivian walter "
    "wayne wendy william yvonne zachary zoe"
)
GIVEN: Final = frozenset(_LISTED.split())
"""In small letters."""
