"""Decides which questions of a form are asked, given what was answered; the page's script says the same. Pure."""

from collections.abc import Collection, Mapping, Sequence

from leads.form_content import Condition, Question

Answers = Mapping[str, Collection[str]]
"""What was answered, by the question's id."""


def shown_ids(questions: Sequence[Question], answers: Answers) -> set[str]:
    """The questions that are asked. A condition looks upwards only: on what is not asked, nothing depends."""
    shown: set[str] = set()
    for question in questions:
        if question.show is None or (question.show.id in shown and _holds(question.show, answers)):
            shown.add(question.id)
    return shown


def _holds(condition: Condition, answers: Answers) -> bool:
    given = [value for value in answers.get(condition.id, ()) if value.strip()]
    return bool(given) and (not condition.values or not set(given).isdisjoint(condition.values))
