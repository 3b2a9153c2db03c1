"""What one flavour deploys otherwise than SAM, and why: the only place where a difference is excused."""

from __future__ import annotations

import re
from dataclasses import dataclass

BOTH_CDK = ("cdk-typescript", "cdk-python")


@dataclass(frozen=True)
class Justified:
    """A difference: what it is, why it is one, and how ``test_equivalence.py`` spells it."""

    what: str
    why: str
    pattern: str
    flavours: tuple[str, ...] = BOTH_CDK

    def covers(self, iac: str, difference: str) -> bool:
        """Tell whether ``difference`` of flavour ``iac`` is this one."""
        return iac in self.flavours and re.search(self.pattern, difference) is not None


JUSTIFIED = (
    Justified(
        "a rule may also read the attributes and the URL of its queue",
        "grants of the CDK's `SqsQueue` target",
        r"may send/.*/sqs:Get",
    ),
    Justified(
        "a function may also read the attributes and the URL of its failure queue",
        "grants of the CDK's `SqsDestination` and `SqsDlq`",
        r"permissions/\w+/sqs:Get",
    ),
    Justified(
        "that a function may read the attributes of the queue it works on is a statement of its own",
        "SAM grants it with AWS's managed policy for queues",
        r"permissions/\w+/sqs:GetQueueAttributes",
        (*BOTH_CDK, "terraform"),
    ),
    Justified(
        "a function may also read and delete in the bucket of its failures",
        "grants of the CDK's `S3Destination`, for this one bucket",
        r"permissions/\w+/s3:",
    ),
    Justified(
        "the name of the role that a container task gets",
        "the CDK makes the role and names it by itself",
        r"iam:PassRole on .*:role/\w+Task\w*Role",
    ),
)
