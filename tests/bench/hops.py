"""How long ticks took to places inside the daemon, by its own histograms of /metrics, which count a sample of them."""

import re

# From when the frame was read until ...
HOPS = {"tickboard_tick_to_writer_seconds": "writer",  # a writer has its updates
        "tickboard_tick_to_redis_seconds": "sent",  # its market is on its way to Redis
        "tickboard_tick_to_queryable_seconds": "stored"}  # Redis has answered
QUANTILES = {"50": 0.5, "99": 0.99, "999": 0.999}
COLUMNS = [("a writer has it: p50 ms", "writer_50", 2), ("p99", "writer_99", 2), ("p99.9", "writer_999", 2),
           ("it is sent to Redis: p50", "sent_50", 2), ("p99", "sent_99", 2), ("p99.9", "sent_999", 2),
           ("Redis has answered: p50", "stored_50", 2), ("p99", "stored_99", 2), ("p99.9", "stored_999", 2)]
BUCKET = re.compile(r'^(\w+)_bucket\{(?:.*,)?le="([^"]+)"\} (\d+)', re.MULTILINE)


def buckets(api):
    """{name: {upper bound in ms: how many were not longer}}."""
    found = {name: {} for name in HOPS}
    for name, bound, count in BUCKET.findall(api.ask("/metrics")[1].decode()):
        if name in found:
            found[name][float(bound) * 1e3] = int(count)
    return found


def quantile(counts, q):
    """As Prometheus' histogram_quantile: within a bucket as if all were spread evenly."""
    wanted, low, before = q * max(counts.values()), 0.0, 0
    for bound, count in sorted(counts.items()):
        if count >= wanted and count > before:
            return low if bound == float("inf") else low + (bound - low) * (wanted - before) / (count - before)
        low, before = bound, count
    return None


def from_now(api):
    """A function that tells the quantiles of what was counted since."""
    before = buckets(api)

    def told():
        found = {}
        for name, counts in buckets(api).items():
            new = {bound: count - before[name].get(bound, 0) for bound, count in counts.items()}
            for digits, q in QUANTILES.items():
                found[f"{HOPS[name]}_{digits}"] = quantile(new, q) if new and max(new.values()) else None
        return found

    return told
