"""The story of a request with an idempotency key: its effect and its answer commit together."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from exchange.idempotency import Answer, answer_once, forget_answers
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints


def request_arrived(*, caller: str, key: str | None, request: Any, work: Callable[[], Answer], now: datetime) -> Answer:
    """Do the work, once per key; without a key the work itself knows what it has seen."""
    with due_work():
        if key is None:
            answer = work()
        else:
            answer = answer_once(caller=caller, key=key, request=request, work=work, now=now)
    failpoints.passed("inbox.committed")
    return answer


def row_as_read(hold: Callable[[], object], is_as_read: Callable[[], bool], change: Callable[[], object]) -> bool:
    """Change something if, while nobody else may write to it, it is as its reader saw it; False when it is not."""
    with due_work():
        hold()
        if not is_as_read():
            return False
        change()
        return True


def answers_due(budget: Budget) -> bool:
    """Forget answers whose time is over; True when more is waiting."""
    while forget_answers(now=clock.now()):
        if budget.spent:
            return True
    return False
