"""moto's server, mended where its CloudFormation 5.2.5 does otherwise than AWS's.

It has no alarms, policies of queues and buses, and invocation settings of functions: of these it makes nothing.
"""

import sys

from moto.cloudformation import parsing
from moto.cloudformation.models import Stack
from moto.events.models import EventBus
from moto.server import main

clean_json_of_moto = parsing.clean_json


def clean_json(value, resources):
    cleaned = clean_json_of_moto(value, resources)
    if isinstance(value, list) and isinstance(cleaned, list):
        # An element that is AWS::NoValue is none.
        return [one for one in cleaned if one is not None]
    return cleaned


def parameter_list(stack):
    # Shown as they were given, lists too.
    return [
        {"ParameterKey": name, "ParameterValue": ",".join(value) if isinstance(value, list) else str(value)}
        for name, value in stack.resource_map.resolved_parameters.items()
    ]


parsing.clean_json = clean_json
Stack.parameter_list = property(parameter_list)
# A reference to a bus is its name.
EventBus.physical_resource_id = property(lambda bus: bus.name)

main(sys.argv[1:])
