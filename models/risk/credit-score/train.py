"""Trains both versions of credit-score on synthetic loans.

Run in a virtual environment outside this folder:
    pip install -r requirements.txt && python train.py
"""

from pathlib import Path

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

SEED = 2026
OUT = Path(__file__).parent / "artifacts"


def loans(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Synthetic loans: columns income (a year), age (years), amount; 1 = repaid."""
    random = np.random.default_rng(seed)
    income = np.clip(random.lognormal(10.6, 0.55, count), 6_000, 400_000)
    age = np.clip(random.normal(43, 13, count), 18, 90)
    amount = np.clip(random.lognormal(9.1, 0.8, count), 500, 200_000)
    # The whole truth of this little world: burden weighs most, age helps up to about fifty, chance does the rest.
    burden = amount / income
    logit = 2.1 - 2.6 * burden + 0.35 * np.log(income / 40_000) - 0.0009 * (age - 50) ** 2
    repaid = random.random(count) < 1 / (1 + np.exp(-logit))
    return np.column_stack([income, age, amount]).astype(np.float32), repaid.astype(np.int64)


def publish(version: str, model, rows: np.ndarray, repaid: np.ndarray) -> None:
    x_test, y_test = loans(20_000, SEED + 99)
    model.fit(rows, repaid)
    score = model.predict_proba(x_test)[:, 1]
    graph = to_onnx(
        model,
        initial_types=[("X", FloatTensorType([None, 3]))],
        options={id(model): {"zipmap": False}},
        target_opset=17,
    )
    for value in (*graph.graph.input, *graph.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    graph.doc_string = f"credit-score {version}: probability that a loan will be repaid"
    file = OUT / f"{version}.onnx"
    file.write_bytes(graph.SerializeToString(deterministic=True))
    typical = model.predict_proba(np.array([[52_000, 41, 9_000]], dtype=np.float32))[0, 1]
    heavy = model.predict_proba(np.array([[18_000, 23, 30_000]], dtype=np.float32))[0, 1]
    print(f"{version}: AUC {roc_auc_score(y_test, score):.3f}, Brier {brier_score_loss(y_test, score):.4f}, "
          f"{file.stat().st_size} bytes, typical {typical:.4f}, heavy burden {heavy:.4f}")


OUT.mkdir(exist_ok=True)
publish(
    "1.4.0",
    make_pipeline(StandardScaler(), PolynomialFeatures(2, include_bias=False), StandardScaler(),
                  LogisticRegression(C=1.0, max_iter=2000, random_state=SEED)),
    *loans(4_000, SEED),
)
publish(
    "1.5.0",
    GradientBoostingClassifier(n_estimators=120, max_depth=3, learning_rate=0.08, subsample=0.7, min_samples_leaf=60, random_state=SEED),
    *loans(30_000, SEED + 1),
)
