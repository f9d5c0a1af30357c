"""The memory of a process that runs for long."""

import gc


def keep() -> None:
    """What is there now stays: it need not be looked through again each time memory is tidied up."""
    gc.collect()
    gc.freeze()
