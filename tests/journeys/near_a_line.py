"""The same family near a line: its weekly pay raised until a limit is crossed, to the cent.

The first three pays stay 612, 655 and 590, together 1,857. Energy help (LIHEAP) takes 4,125 a month
for four: 33,000 x 150% / 12. With 820 from own work that leaves 3,305.00 of pay, and a month of pay
lies between four weeks and 52/12 weeks:

    52/12 x 3,050.76 / 4 = 3,304.99    all of it under the line      likely
    52/12 x 3,050.77 / 4 = 3,305.0008  part of it over the line      unclear
        4 x 3,305.00 / 4 = 3,305.00    the least still at the line   unclear
        4 x 3,305.01 / 4 = 3,305.01    all of it over the line       unlikely

The last pay is what is told of the four together, less 1,857.
"""

from __future__ import annotations

LIHEAP = {
    "1193.76": "Likely",
    "1193.77": "Not clear yet",
    "1448.00": "Not clear yet",
    "1448.01": "May not fit",
}
# Four pays together in cents, program, whose, outcome. Each line is worked out in
# tests/programs/test_story_household.py.
OVER_HTTP = [
    (254307, "school_meals", "p3", "likely", "income"),
    (254308, "school_meals", "p3", "likely", "would_get_food"),
    (279962, "apple_health_adults", "p1", "likely", "income"),
    (279963, "apple_health_adults", "p1", "unclear", "income"),
    (303293, "apple_health_adults", "p1", "unclear", "income"),
    (303294, "apple_health_adults", "p1", "unlikely", "income"),
    (432000, "basic_food", None, "likely", "state_limit"),
    (432001, "basic_food", None, "unclear", "state_limit"),
    (652075, "working_connections", "p4", "unclear", "income"),
    (652076, "working_connections", "p4", "unlikely", "income"),
    (1103107, "child_care_assistance", "p4", "likely", "income"),
    (1103108, "child_care_assistance", "p4", "unclear", "income"),
    (1195034, "child_care_assistance", "p4", "unlikely", "income"),
]
