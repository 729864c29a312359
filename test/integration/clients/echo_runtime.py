"""A model of MLServer's own kind: decodes each input with MLServer's codecs, and answers it again under the same name."""

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Echo(MLModel):
    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        outputs = []
        for each in payload.inputs:
            if each.datatype == "BYTES":
                values = StringCodec.decode_input(each)
                output = StringCodec.encode_output(each.name, values)
                output.shape = each.shape
            else:
                value = NumpyCodec.decode_input(each)
                output = NumpyCodec.encode_output(each.name, np.array(value))
            outputs.append(output)
        return InferenceResponse(model_name=self.name, outputs=outputs)
