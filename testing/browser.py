"""Wait for what a page of a browser test is to become."""

from playwright.sync_api import Frame
from playwright.sync_api import TimeoutError as WaitedTooLong

READY = "window.planmap && window.planmap.ready"

TRIES, TRY_MS = 6, 5_000


def wait_in(frame: Frame, condition: str = READY, argument: object = None) -> None:
    """Wait until a condition holds in a frame.

    Now and then a wait that began while the frame was still loading never looks again, so it
    is begun anew; seen in 1 of 80 openings, the page long ready.

    Raises
    ------
    TimeoutError
        After half a minute, with what stands in the frame.
    """
    for _ in range(TRIES):
        try:
            frame.wait_for_function(condition, arg=argument, timeout=TRY_MS, polling=50)
        except WaitedTooLong:
            continue
        return
    state = frame.evaluate(
        """() => ({ map: !!window.map, data: !!window.PLAN_DATA, app: !!window.planmap,
        ready: !!(window.planmap && window.planmap.ready), height: window.innerHeight,
        styles: [...document.styleSheets].map((s) => s.href) })"""
    )
    raise TimeoutError(f"{condition}: {state}")
