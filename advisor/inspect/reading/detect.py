"""What kind of file a text is, without parsing it."""

from __future__ import annotations

import posixpath
import re

from advisor.inspect.reading.document import Kind

_RESOURCES = re.compile(r"""(?m)^[ \t{]*["']?Resources["']?[ \t]*:""")
_CFN_TYPE = re.compile(r"""["']?Type["']?[ \t]*:[ \t]*["']?(AWS|Custom|Alexa)::""")
_STATES = re.compile(r"""["']?States["']?[ \t]*:""")
_START = re.compile(r"""["']?StartAt["']?[ \t]*:""")
_START_OF_TEMPLATE = re.compile(r"""(?m)^[ \t{]*["']?AWSTemplateFormatVersion""")
_SAM = "AWS::Serverless"
_PROVIDER = re.compile(r"""(?m)^[ \t]{0,2}["']?provider["']?[ \t]*:""")
_SERVICE = re.compile(r"""(?m)^[ \t]{0,2}["']?(functions|stepFunctions|resources|service)["']?[ \t]*:""")
_PLAN = re.compile(r"""["'](planned_values|values)["'][ \t\r\n]*:""")


def kind_by_text(name: str, text: str) -> Kind | None:
    """Return the kind of file that ``text`` looks like; None for none that is known."""
    if name.endswith(".tf"):
        return "terraform"
    if '"terraform_version"' in text and '"format_version"' in text and _PLAN.search(text):
        return "terraform"
    if _is_serverless(name, text):
        return "serverless"
    if _RESOURCES.search(text) and (_CFN_TYPE.search(text) or "AWSTemplateFormatVersion" in text):
        return "sam" if _SAM in text else "cloudformation"
    if _START.search(text) and _STATES.search(text):
        return "asl"
    return None


def _is_serverless(name: str, text: str) -> bool:
    named = posixpath.basename(name).startswith("serverless.") or "aws" in text.lower()
    written = _PROVIDER.search(text) is not None and _SERVICE.search(text) is not None
    return named and written and _START_OF_TEMPLATE.search(text) is None
