"""python -m tests.faults.campaign --help"""

from tests.faults.campaign.command import leave

if __name__ == "__main__":
    leave()
