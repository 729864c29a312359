"""Writes echo.onnx: one input and one output of every datatype of the Open Inference Protocol, the output being the input.

    pip install onnx==1.23.2 && python make.py
"""

from pathlib import Path

import onnx
from onnx import TensorProto, helper

TYPES = ["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FLOAT16", "FLOAT", "DOUBLE", "STRING"]


def write(name: str, nodes, inputs, outputs, constants=()) -> None:
    graph = helper.make_graph(nodes, name, inputs, outputs, list(constants))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    (Path(__file__).parent / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def value(name: str, kind: str, shape) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, getattr(TensorProto, kind), shape)


write(
    "echo",
    [helper.make_node("Identity", [f"in_{kind.lower()}"], [f"out_{kind.lower()}"]) for kind in TYPES],
    [value(f"in_{kind.lower()}", kind, ["N"]) for kind in TYPES],
    [value(f"out_{kind.lower()}", kind, ["N"]) for kind in TYPES],
)
# Divides by zero on demand, so that the answer holds what JSON cannot say.
write("divide", [helper.make_node("Div", ["a", "b"], ["c"])],
      [value("a", "FLOAT", ["N", 2]), value("b", "FLOAT", ["N", 2])], [value("c", "FLOAT", ["N", 2])])
# Busy long enough that requests pile up: many large products one after the other.
write("slow",
      [helper.make_node("Expand", ["x", "size"], ["m0"])]
      + [helper.make_node("MatMul", [f"m{i}", "m0"], [f"m{i + 1}"]) for i in range(12)]
      + [helper.make_node("ReduceMax", ["m12"], ["y"], keepdims=0)],
      [value("x", "FLOAT", [1])], [value("y", "FLOAT", [])],
      [helper.make_tensor("size", TensorProto.INT64, [2], [600, 600])])
