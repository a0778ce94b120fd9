"""How far somebody has come: lifecycles, stages, positions and the append-only history of moves."""

from lifecycle.models.lifecycles import Lifecycle, LossReason, Stage
from lifecycle.models.positions import Position, StageTransition
from lifecycle.models.rules import StageDeadline, StageHandOver, StageRule
from lifecycle.models.versions import LifecycleVersion

__all__ = [
    "Lifecycle",
    "LifecycleVersion",
    "LossReason",
    "Position",
    "Stage",
    "StageDeadline",
    "StageHandOver",
    "StageRule",
    "StageTransition",
]
