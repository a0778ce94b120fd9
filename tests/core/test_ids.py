import subprocess
import sys
import threading
import time
import uuid

from hypothesis import given
from hypothesis import strategies as st

from scrm.core.ids import CODE_ALPHABET, short_code, uuid7


def test_uuid7_carries_version_variant_and_time():
    before = time.time_ns() // 1_000_000

    made = uuid7()

    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_uuid7_grows_with_every_call():
    made = [uuid7() for _ in range(50_000)]

    assert made == sorted(set(made))


def test_uuid7_keeps_its_order_when_the_clock_goes_back(monkeypatch):
    first = uuid7()
    monkeypatch.setattr("scrm.core.ids.time.time_ns", lambda: 0)

    second = uuid7()

    assert second > first


def test_uuid7_moves_to_the_next_millisecond_when_one_is_full(monkeypatch):
    monkeypatch.setattr("scrm.core.ids.secrets.randbits", lambda bits: (1 << bits) - 1)
    monkeypatch.setattr("scrm.core.ids._TAIL_BITS", 34)
    monkeypatch.setattr("scrm.core.ids.time.time_ns", lambda: 10**18)

    made = [uuid7() for _ in range(10)]

    assert made == sorted(set(made))


def test_uuid7_is_unique_and_ordered_in_each_of_many_threads():
    batches: list[list[uuid.UUID]] = []

    def make() -> None:
        batches.append([uuid7() for _ in range(5_000)])

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(batch == sorted(batch) for batch in batches)
    assert len({made for batch in batches for made in batch}) == 40_000


def test_uuid7_of_a_forked_child_differs_from_its_parents():
    # In a process of its own: forking one with threads, as a test worker has, is not safe.
    script = """
import os
from scrm.core.ids import uuid7
uuid7()
child = os.fork()
made = " ".join(str(uuid7()) for _ in range(100))
if child:
    os.waitpid(child, 0)
print(made, flush=True)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    made = done.stdout.split()
    assert len(made) == 200
    assert len(set(made)) == 200


@given(st.integers(1, 512))
def test_short_code_has_at_least_the_bits_asked_for(bits):
    code = short_code(bits)

    assert len(code) == -(-bits // 5)
    assert set(code) <= set(CODE_ALPHABET)


def test_short_code_uses_the_whole_alphabet_and_does_not_repeat():
    codes = [short_code() for _ in range(2_000)]

    assert len(set(codes)) == len(codes)
    assert set("".join(codes)) == set(CODE_ALPHABET)
    assert {len(code) for code in codes} == {16}
