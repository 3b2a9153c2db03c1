"""What kind of file a text is, without parsing it."""

from __future__ import annotations

import re

from advisor.inspect.reading.document import Kind

_RESOURCES = re.compile(r"""(?m)^[ \t{]*["']?Resources["']?[ \t]*:""")
_CFN_TYPE = re.compile(r"""["']?Type["']?[ \t]*:[ \t]*["']?(AWS|Custom|Alexa)::""")
_STATES = re.compile(r"""["']?States["']?[ \t]*:""")
_START = re.compile(r"""["']?StartAt["']?[ \t]*:""")
_SAM = "AWS::Serverless"


def kind_by_text(name: str, text: str) -> Kind | None:
    """Return the kind of file that ``text`` looks like; None for none that is known."""
    if name.endswith(".tf"):
        return "terraform"
    if _RESOURCES.search(text) and (_CFN_TYPE.search(text) or "AWSTemplateFormatVersion" in text):
        return "sam" if _SAM in text else "cloudformation"
    if _START.search(text) and _STATES.search(text):
        return "asl"
    return None
