"""bin/chaos N [--seconds S] [--seed X]: 0 lost and 0 twice, or it exits with 1."""

import argparse
import secrets

from chaos.plan import Fault
from chaos.run import Result, run
from scrm.embedded.console import say


def table(result: Result, seed: int) -> list[tuple[str, str]]:
    """Rows of what is printed."""
    killed = sum(result.faults[fault] for fault in (Fault.CHILD, Fault.PARENT))
    postgres = sum(result.faults[fault] for fault in (Fault.POSTMASTER, Fault.BACKEND))
    return [
        ("touchpoints", str(result.wanted)),
        ("lost", str(result.lost)),
        ("twice", str(result.twice)),
        ("unknown left", str(result.unknown)),
        ("unknown, settled by a person", str(result.settled_by_a_person)),
        ("worker kills", str(killed)),
        ("PostgreSQL kills", str(postgres)),
        *((f"  {fault}", str(result.faults[fault])) for fault in Fault),
        ("our states", ", ".join(f"{count} {state}" for state, count in result.states.items())),
        ("seconds", f"{result.seconds:.1f}"),
        ("touches/s", f"{result.wanted / result.seconds:.1f}"),
        ("seed", str(seed)),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/chaos", description=__doc__)
    parser.add_argument("touchpoints", type=int)
    parser.add_argument("--seconds", type=float, help="put nobody in any more after so many seconds")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    options = parser.parse_args()
    say(f"bin/chaos {options.touchpoints} --seed {options.seed}")
    result = run(options.touchpoints, seconds=options.seconds, seed=options.seed)
    for name, value in table(result, options.seed):
        say(f"{name:<30} {value}")
    return 0 if result.is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
