"""What the events of the watched calls tell, where mistakes leave the same weights."""

from .seen import Seen


class Order:
    """The events of one watched call."""

    def __init__(self, events: list[dict]) -> None:
        self.events = events
        self.names = [event["event"] for event in events]

    def first(self, name: str) -> int | None:
        """The place of the first event of this name, if there is one."""
        return self.names.index(name) if name in self.names else None

    def last(self, name: str) -> int | None:
        """The place of the last event of this name, if there is one."""
        return len(self.names) - 1 - self.names[::-1].index(name) if name in self.names else None

    def before(self, one: str, other: str) -> bool:
        """Whether the first `one` comes before the first `other`; both must occur."""
        return one in self.names and other in self.names and self.first(one) < self.first(other)

    @property
    def steps(self) -> list[str]:
        """Who made the steps: "scaler", "optimizer" or "hand"."""
        return [event.get("by", "hand") for event in self.events if event["event"] == "step"]


def orders(seen: Seen) -> list[Order]:
    """The calls that were watched: the first two of the first run, both ordinary."""
    return [Order(events) for events in seen.evidence["events"]] or [Order([])]


def suspects(seen: Seen) -> list[Order]:
    """The watched calls that left wrong weights; all of them if none did."""
    pairs = zip(seen.runs[0], orders(seen), strict=False)
    return [order for call, order in pairs if not call.moves_right] or orders(seen)


def did_nothing(seen: Seen) -> bool:
    """Whether nothing of a training step happened."""
    faults = [fault.fault["code"] for fault in (seen.early_fault, seen.late_fault) if fault]
    return "not-implemented" in faults or not (
        faults or seen.evidence["foreign"] or any(order.names for order in orders(seen))
    )


def steps_directly(seen: Seen) -> bool:
    """Whether the step is never left to the scaler."""
    steps = {by for order in orders(seen) for by in order.steps}
    return bool(steps) and "scaler" not in steps


def scales_outputs(seen: Seen) -> bool:
    """Whether it is not a loss that the scaler scales."""
    scaled = {event["on"] for order in orders(seen) for event in order.events if event["event"] == "scale"}
    return scaled == {"outputs"}


def updates_first(seen: Seen) -> bool:
    """Whether the scaler is updated before it has stepped."""
    return any(order.before("update", "step") for order in orders(seen))


def uses_scaler(seen: Seen) -> bool:
    """Whether anything is asked of the scaler that was handed in."""
    by = {event.get("by") for order in orders(seen) for event in order.events}
    return bool({"scaler", "value"} & by)


def clip_places(seen: Seen) -> set[str]:
    """Where clips happened: before any backward, between backward and step, after the step."""
    places = set()
    for order in suspects(seen):
        for k, name in enumerate(order.names):
            if name == "clip":
                earlier = order.names[:k]
                places.add("late" if "step" in earlier else "between" if "backward" in earlier else "early")
    return places


def backward_gain(seen: Seen) -> float | None:
    """How many times the true norm the gradient had after the first watched backward; None if that was not seen."""
    norms = [event["grad_norm"] for event in orders(seen)[0].events if event["event"] == "backward"]
    return None if not norms or norms[-1] is None else norms[-1] / seen.norms[0]


def shrinks_loss(seen: Seen) -> bool:
    """Whether backward gave less and less of the gradient, the larger the loss was."""
    norms = [[e["grad_norm"] for e in order.events if e["event"] == "backward"] for order in orders(seen)]
    shares = [each[-1] / norm for each, norm in zip(norms, seen.norms, strict=False) if each and each[-1] is not None]
    return len(shares) > 1 and shares[1] < 0.9 * shares[0]
