from __future__ import annotations

import threading
import time

from securemode.probes.icmp_budget import sampling, scanning

HERE, ELSEWHERE = "198.51.100.21", "198.51.100.22"


def test_a_scan_waits_for_samples_of_its_address_and_for_no_other() -> None:
    order: list[str] = []

    def scan(address: str) -> None:
        with scanning(address):
            order.append(address)

    threads = [threading.Thread(target=scan, args=(address,)) for address in (HERE, ELSEWHERE)]
    with sampling(HERE), sampling(HERE):
        for thread in threads:
            thread.start()
        threads[1].join(10)
        time.sleep(0.05)
        assert order == [ELSEWHERE]
    threads[0].join(10)
    assert order == [ELSEWHERE, HERE]


def test_a_sample_waits_for_a_scan() -> None:
    done = threading.Event()

    def sample() -> None:
        with sampling(HERE):
            done.set()

    thread = threading.Thread(target=sample)
    with scanning(HERE):
        thread.start()
        assert not done.wait(0.1)
    assert done.wait(10)
    thread.join(10)
