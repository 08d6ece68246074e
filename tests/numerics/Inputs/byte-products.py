"""Compares MatMulInteger and ConvInteger with NumPy's arithmetic on 64 bits, and
products of what DequantizeLinear gives with the scaled integers.

Usage: byte-products.py BIN FOLDER [flags of llm-compile]
"""

import itertools
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

BIN, FOLDER, FLAGS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
R = np.random.default_rng(0)
SIGNS = list(itertools.product((np.uint8, np.int8), repeat=2))


def integers(shape, dtype):
    limits = np.iinfo(dtype)
    return R.integers(limits.min, limits.max + 1, shape).astype(dtype)


class Graph:
    """One model of many nodes; weights and some zero points are constants."""

    def __init__(self):
        self.nodes, self.infos, self.constants, self.feeds, self.expected = [], [], [], {}, {}

    def value(self, name, array, constant):
        if array is None:
            return ""
        array = np.asarray(array)
        if constant:
            self.constants.append(numpy_helper.from_array(array, name))
        else:
            kind = helper.np_dtype_to_tensor_dtype(array.dtype)
            self.infos.append(helper.make_tensor_value_info(name, kind, [None] * array.ndim))
            self.feeds[name] = array
        return name

    def add(self, op, values, expected, **attributes):
        name = f"{op}{len(self.nodes)}"
        inputs = [self.value(f"{name}.{i}", array, constant) for i, (array, constant) in enumerate(values)]
        while not inputs[-1]:
            inputs.pop()
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        self.expected[name] = expected

    def matrices(self, m, k, n, zero_a, zero_b, constant, types):
        a, b = integers((m, k), types[0]), integers((k, n), types[1])
        za = None if zero_a is None else integers(zero_a, types[0])
        zb = None if zero_b is None else integers(zero_b, types[1])
        rows = 0 if za is None else za.astype(int).reshape(-1, 1)
        columns = 0 if zb is None else zb.astype(int)
        self.add("MatMulInteger", [(a, False), (b, constant), (za, False), (zb, constant)],
                 (a.astype(int) - rows) @ (b.astype(int) - columns))

    def windows(self, x_shape, channels, kernel, group, stride, dilation, pad, zero_w, constant, types):
        x = integers(x_shape, types[0])
        w = integers((channels, x_shape[1] // group, kernel, kernel), types[1])
        zx = integers((), types[0])
        zw = None if zero_w is None else integers(zero_w, types[1])
        wide = np.pad(x.astype(int) - int(zx), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        reach = dilation * (kernel - 1) + 1
        seen = np.lib.stride_tricks.sliding_window_view(wide, (reach, reach), (2, 3))
        seen = seen[:, :, ::stride, ::stride, ::dilation, ::dilation]
        weights = w.astype(int) - (0 if zw is None else zw.astype(int).reshape(-1, 1, 1, 1))
        parts = [np.einsum("nchwij,ocij->nohw", part, filters) for part, filters in
                 zip(np.split(seen, group, 1), np.split(weights, group, 0))]
        self.add("ConvInteger", [(x, False), (w, True), (zx, constant), (zw, True)], np.concatenate(parts, 1),
                 group=group, strides=[stride] * 2, dilations=[dilation] * 2, pads=[pad] * 4)

    def dequantized(self, m, k, n, axis, transposed, types):
        """Gemm of a left matrix with one scale and a right one with one for each column."""
        a, b = integers((m, k), types[0]), integers((k, n), types[1])
        za, zb = integers((), types[0]), integers((n,), types[1])
        scale, scales = np.float32(0.02), R.uniform(0.01, 0.02, n).astype(np.float32)
        bias = R.standard_normal(n).astype(np.float32)
        name = f"Gemm{len(self.nodes)}"
        for key, array, point, size, along in (("a", a, za, scale, 0), ("b", b.T if transposed else b, zb, scales, axis)):
            inputs = [self.value(f"{name}.{key}", array, key == "b")]
            inputs += [self.value(f"{name}.{key}.{what}", each, True) for what, each in (("scale", size), ("zero", point))]
            self.nodes.append(helper.make_node("DequantizeLinear", inputs, [f"{name}.{key}.real"], axis=along))
        self.nodes.append(helper.make_node("Gemm", [f"{name}.a.real", f"{name}.b.real", self.value(f"{name}.c", bias, True)],
                                           [name], transB=int(transposed)))
        sums = (a.astype(int) - int(za)) @ (b.astype(int) - zb.astype(int))
        self.expected[name] = (sums * (scale * scales.astype(float)) + bias).astype(np.float32)

    def check(self):
        outputs = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(
            np.dtype(np.int32 if expected.dtype == int else np.float32)), None) for name, expected in self.expected.items()]
        graph = helper.make_graph(self.nodes, "products", self.infos, outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
        onnx.save(model, FOLDER / "model.onnx")
        subprocess.run([BIN / "llm-compile", FOLDER / "model.onnx", "-o", FOLDER / "model.so", *FLAGS], check=True)
        command = [BIN / "llm-run", FOLDER / "model.so", "--threads", "2", "--output", FOLDER]
        for name, array in self.feeds.items():
            np.save(FOLDER / f"{name}.npy", array)
            command += ["--input", f"{name}={FOLDER / name}.npy"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for name, expected in self.expected.items():
            found = np.load(FOLDER / f"{name}.npy")
            near = found == expected if expected.dtype == int else np.isclose(found, expected, 1e-6, 1e-4)
            assert found.shape == expected.shape and near.all(), \
                f"{name}: {np.count_nonzero(~near)} of {expected.size} differ"


graph = Graph()
for types in SIGNS:
    graph.matrices(17, 70, 33, (), (33,), True, types)
    graph.matrices(3, 4099, 40, (3,), None, False, types)
    graph.matrices(1, 130, 520, (), (), True, types)
    graph.matrices(9, 5, 7, None, (7,), False, types)
    graph.windows((2, 6, 13, 21), 10, 3, 1, 1, 1, 1, (10,), True, types)
    graph.windows((1, 4, 30, 19), 18, 5, 2, 2, 1, 2, (), False, types)
    graph.windows((1, 5, 18, 23), 5, 3, 5, 2, 1, 1, (5,), False, types)
    graph.windows((1, 20, 9, 7), 5, 1, 1, 1, 1, 0, None, False, types)
    graph.windows((1, 3, 16, 40), 4, 3, 1, 1, 2, 2, (4,), False, types)
    graph.dequantized(12, 75, 34, 1, False, types)
    graph.dequantized(12, 75, 34, 0, True, types)
# More weights than a model keeps as constants.
graph.matrices(20, 300, 260, (), (260,), True, SIGNS[1])
graph.matrices(20, 301, 250, (20,), None, True, SIGNS[0])
graph.check()
