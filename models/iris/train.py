"""Trains iris.onnx from the iris measurements that ship with scikit-learn.

Run in a virtual environment outside this folder:
    pip install -r requirements.txt && python train.py
"""

from pathlib import Path

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

SEED = 7
FIELDS = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
OUT = Path(__file__).parent / "iris.onnx"

data = load_iris(as_frame=True)
frame = data.data.set_axis(FIELDS, axis="columns").astype(np.float32)
species = np.array(data.target_names)[data.target]

model = make_pipeline(
    ColumnTransformer([("measures", StandardScaler(), FIELDS)]),
    LogisticRegression(max_iter=1000, random_state=SEED),
)
folds = cross_val_score(model, frame, species, cv=5)
x_train, x_test, y_train, y_test = train_test_split(frame, species, test_size=0.3, random_state=SEED, stratify=species)
model.fit(x_train, y_train)
print(f"accuracy, 5 folds: {folds.mean():.3f} (lowest {folds.min():.3f})")
print(f"held out (45 flowers): accuracy {accuracy_score(y_test, model.predict(x_test)):.3f}, "
      f"log loss {log_loss(y_test, model.predict_proba(x_test)):.3f}")

# One tensor a measurement, so that the request derived from the graph reads like the data sheet.
graph = to_onnx(
    model,
    initial_types=[(name, FloatTensorType([None, 1])) for name in FIELDS],
    options={id(model): {"zipmap": False}},
    target_opset=17,
)
for old, new in (("label", "species"), ("probabilities", "probabilities")):
    for node in graph.graph.node:
        node.output[:] = [new if name == old else name for name in node.output]
    for output in graph.graph.output:
        output.name = new if output.name == old else output.name
for value in (*graph.graph.input, *graph.graph.output):
    value.type.tensor_type.shape.dim[0].dim_param = "N"
graph.doc_string = "Iris species from four measurements in centimetres"
OUT.write_bytes(graph.SerializeToString(deterministic=True))
print(f"{OUT.name}: {OUT.stat().st_size} bytes")
print([o.name for o in graph.graph.output])
