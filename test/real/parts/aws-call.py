"""One AWS call: service and operation are arguments, the input is JSON on stdin, the answer or the error JSON on stdout."""

import json
import sys

import botocore.exceptions
import botocore.session


def text(value):
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "replace")
    return value.read().decode("utf-8", "replace") if hasattr(value, "read") else str(value)


service, operation = sys.argv[1:3]
client = botocore.session.get_session().create_client(service)
try:
    answer = client._make_api_call(operation, json.load(sys.stdin))
except botocore.exceptions.ClientError as error:
    print(json.dumps({"error": error.response["Error"]}))
else:
    print(json.dumps({"answer": answer}, default=text))
