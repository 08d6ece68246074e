"""The reference of models that only an ONNX file holds: onnxruntime in f32, the whole
sequence anew for every token."""

import numpy as np
import onnx
import onnxruntime
from transformers_reference import GENERATED, Greedy


class OnnxReference:
    def __init__(self, path):
        model = onnx.load(path)
        attributes = {node.op_type: {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
                      for node in reversed(model.graph.node)}
        if heads := attributes.get("GroupQueryAttention"):  # it has a cache
            self.kv_heads = heads["kv_num_heads"]
            # The first product is that of queries, keys and values.
            self.width = attributes["MatMulNBits"]["N"] // (heads["num_heads"] + 2 * self.kv_heads)
        for node in model.graph.node:
            for attribute in node.attribute:
                if node.op_type == "MatMulNBits" and attribute.name == "accuracy_level":
                    attribute.i = 1  # f32: 4 would round what is multiplied to int8
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        self.vocab = self.session.get_outputs()[0].shape[2]

    def prefill(self, ids):
        feed = {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), np.int64),
                "position_ids": np.arange(len(ids))[None]}
        for value in self.session.get_inputs():
            if value.name.startswith("past_key_values"):
                feed[value.name] = np.zeros((1, self.kv_heads, 0, self.width), np.float32)
        names = {value.name for value in self.session.get_inputs()}
        return self.session.run(["logits"], {name: feed[name] for name in feed if name in names})[0][0]

    def greedy(self, ids, count=GENERATED):
        sequence, gaps = list(ids), []
        for _ in range(count):
            logits = self.prefill(sequence)
            best = np.sort(logits[-1])[-2:]
            gaps.append(float((best[1] - best[0]) / np.abs(logits[-1]).max()))
            sequence.append(int(logits[-1].argmax()))
        return Greedy(list(ids), sequence[len(ids):], gaps, self.prefill(sequence[:-1]))
