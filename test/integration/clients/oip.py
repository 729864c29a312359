"""Triton's own client against the gateway: prints what it understood, one JSON object. Arguments: host:port of the edge, model, contract."""

import json
import os
import sys

import numpy as np
import tritonclient.grpc as over_grpc
import tritonclient.http as over_http
from tritonclient.utils import InferenceServerException

host, model, contract = sys.argv[1:4]
auth = {"authorization": f"Bearer {os.environ['TOKEN']}"}
seen = {}
client = over_http.InferenceServerClient(f"{host}/models/{model}/{contract}")
via_half = over_http.InferenceServerClient(f"{host}/models/half/{contract}")


def ask(values, binary, headers=None, version="", via=client, name=model):
    inputs = []
    for tensor, (datatype, value) in values.items():
        array = np.array(value, dtype=np.object_ if datatype == "BYTES" else None) if isinstance(value, list) else value
        each = over_http.InferInput(tensor, list(array.shape), datatype)
        each.set_data_from_numpy(array, binary_data=binary)
        inputs.append(each)
    outputs = [over_http.InferRequestedOutput(tensor, binary_data=binary) for tensor in values]
    return via.infer(name, inputs, model_version=version, outputs=outputs, headers=dict(headers or auth))


def texts(array):
    return [each.decode() if isinstance(each, bytes) else str(each) for each in array.flatten().tolist()]


samples = {
    "i64": ("INT64", np.array([[9007199254740993, -9223372036854775808]], dtype=np.int64)),
    "u64": ("UINT64", np.array([[18446744073709551615, 9007199254740993]], dtype=np.uint64)),
    "i8": ("INT8", np.array([[-128, 127]], dtype=np.int8)),
    "f32": ("FP32", np.array([[0.1, -3.4028235e38]], dtype=np.float32)),
    "f64": ("FP64", np.array([[0.1, 5e-324]], dtype=np.float64)),
    "flag": ("BOOL", np.array([[True, False]])),
    "text": ("BYTES", np.array([["häuser 🏠", ""]], dtype=np.object_)),
}
halves = {"f16": ("FP16", np.array([[0.1, 65504]], dtype=np.float16))}

for form, binary, values, name in [("json", False, samples, model), ("binary", True, samples, model), ("halves", True, halves, "half")]:
    try:
        answer = ask(values, binary, name=name, via=via_half if name == "half" else client)
        seen[form] = {name: texts(answer.as_numpy(name)) for name in values}
        seen[f"{form} exact"] = [
            name
            for name, (datatype, value) in values.items()
            if datatype != "BYTES" and answer.as_numpy(name).dtype == value.dtype and np.array_equal(answer.as_numpy(name), value)
        ]
    except InferenceServerException as error:
        seen[form] = str(error)


def refused(call):
    try:
        return repr(call())
    except InferenceServerException as error:
        return f"{error.status()}: {error.message()}"


one = {"f32": samples["f32"]}
seen["live"] = client.is_server_live(headers=dict(auth))
seen["ready"] = client.is_server_ready(headers=dict(auth))
seen["model ready"] = client.is_model_ready(model, headers=dict(auth))
seen["server"] = client.get_server_metadata(headers=dict(auth))
seen["metadata"] = client.get_model_metadata(model, headers=dict(auth))
seen["bare"] = texts(ask(samples, True, via=over_http.InferenceServerClient(host)).as_numpy("i64"))
seen["version"] = ask(samples, True, version="1.0.0", headers={**auth, "kea-version": "1.0.0"}).get_response()["model_version"]
seen["compressed"] = refused(lambda: client.infer(model, [], headers=dict(auth), request_compression_algorithm="gzip"))
seen["no token"] = refused(lambda: ask(one, False, headers={"x": "y"}))
seen["other model"] = refused(lambda: ask(one, False, name="other"))
seen["too large"] = refused(lambda: ask({"f32": ("FP32", np.zeros((100_000, 2), dtype=np.float32))}, True))
seen["missing"] = refused(lambda: ask(one, False))
seen["broken text"] = refused(lambda: ask({**samples, "text": ("BYTES", np.array([[b"\xff\xfe", b""]], dtype=np.object_))}, True))


def bfloat():
    each = over_http.InferInput("f16", [1, 2], "FP16")
    each.set_data_from_numpy(np.array([[0.1, 1]], dtype=np.float16), binary_data=True)
    # numpy has no such numbers; four bytes with another name are enough to be refused.
    each._datatype = "BF16"
    return via_half.infer("half", [each], headers=dict(auth))


seen["bfloat"] = refused(bfloat)

grpc = over_grpc.InferenceServerClient(host)
metadata = {**auth, "kea-model": f"{model}/{contract}"}
inputs = []
for tensor, (datatype, value) in samples.items():
    each = over_grpc.InferInput(tensor, list(value.shape), datatype)
    each.set_data_from_numpy(value)
    inputs.append(each)
answer = grpc.infer(model, inputs, headers=metadata)
seen["grpc"] = {name: texts(answer.as_numpy(name)) for name in samples if answer.as_numpy(name) is not None}
seen["grpc ready"] = grpc.is_model_ready(model, headers=metadata)
seen["grpc no token"] = refused(lambda: grpc.infer(model, inputs, headers={"kea-model": f"{model}/{contract}"}))

print(json.dumps(seen, ensure_ascii=False))
